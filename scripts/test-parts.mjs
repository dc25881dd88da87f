// The real parts that tests run against: a PACS, DICOM validators, OpenCV as the CLAHE oracle. On Debian as root what is
// missing is installed; elsewhere the tests that need it are skipped, each saying so. With CI set a skip is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';

const parts = [
  { package: 'orthanc', file: '/usr/sbin/Orthanc' },
  { package: 'orthanc-dicomweb', file: '/usr/share/orthanc/plugins/libOrthancDicomWeb.so' },
  { package: 'orthanc-gdcm', file: '/usr/share/orthanc/plugins/libOrthancGdcm.so' },
  { package: 'dcmtk', file: '/usr/bin/dcmdump' },
  { package: 'dicom3tools', file: '/usr/bin/dciodvfy' },
  { package: 'libpixelmed-java', file: '/usr/share/java/pixelmed.jar' },
  { package: 'openjdk-17-jdk-headless', file: '/usr/bin/javac' },
  { package: 'python3-opencv', file: '/usr/share/doc/python3-opencv' },
  { package: 'python3-pydicom', file: '/usr/lib/python3/dist-packages/pydicom' },
  { package: 'gcc', file: '/usr/bin/gcc' },
  { package: 'libc6-dev', file: '/usr/include/stdio.h' },
  { package: 'openssl', file: '/usr/bin/openssl' },
  { package: 'chromium', file: '/usr/bin/chromium' },
  { package: 'libvulkan1', file: '/usr/share/doc/libvulkan1' },
];

const missing = parts.filter((part) => !existsSync(part.file)).map((part) => part.package);
if (missing.length === 0) process.exit(0);

const debian = existsSync('/etc/debian_version');
const root = process.getuid?.() === 0;
if (!debian || !root) {
  console.error(`
  NOT INSTALLED: ${missing.join(', ')}
  The tests that need them will be SKIPPED. To run them all, on Debian as root:
    apt-get install --no-install-recommends ${missing.join(' ')}
`);
  process.exit(process.env.CI ? 1 : 0);
}

console.error(`Installing what the tests need: ${missing.join(', ')} …`);
// A package that brings a service would start it; this machine only wants its program.
const policy = '/usr/sbin/policy-rc.d';
if (!existsSync(policy)) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
const apt = (...args) =>
  spawnSync('apt-get', ['-q', ...args], { env, stdio: ['ignore', 'ignore', 2] }).status;
apt('update');
const status = apt('install', '-y', '--no-install-recommends', ...missing);
const still = parts.filter((part) => !existsSync(part.file)).map((part) => part.package);
if (status !== 0 || still.length > 0) {
  console.error(
    `Could not be installed: ${still.join(', ') || 'see above'}; the tests that need them will be skipped.`,
  );
  process.exit(process.env.CI ? 1 : 0);
}
