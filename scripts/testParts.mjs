// The real parts that tests run against: a PACS, DICOM validators, OpenCV as the CLAHE oracle, a software GPU. On
// Debian as root what is missing is installed; elsewhere the tests that need it are skipped, each saying so. With CI
// set a skip is a failure, and native TensorFlow (900 MB) is installed as well; only where it cannot be fetched its
// tests are skipped, and it says so. The same for OHIF, the viewer (48 MB). PyTorch (Debian's, 40 MB) and Keras (1.6 GB
// unpacked) are there for exports of real networks, which `mamori model import` must take. highdicom, an independent
// reader of reports, is installed wherever there is pip.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const parts = [
  { package: 'orthanc', file: '/usr/sbin/Orthanc' },
  { package: 'orthanc-dicomweb', file: '/usr/share/orthanc/plugins/libOrthancDicomWeb.so' },
  { package: 'orthanc-gdcm', file: '/usr/share/orthanc/plugins/libOrthancGdcm.so' },
  { package: 'orthanc-webviewer', file: '/usr/share/orthanc/plugins/libOrthancWebViewer.so' },
  { package: 'dcmtk', file: '/usr/bin/dcmdump' },
  { package: 'dicom3tools', file: '/usr/bin/dciodvfy' },
  { package: 'libpixelmed-java', file: '/usr/share/java/pixelmed.jar' },
  { package: 'openjdk-17-jdk-headless', file: '/usr/bin/javac' },
  { package: 'python3-opencv', file: '/usr/share/doc/python3-opencv' },
  { package: 'python3-pydicom', file: '/usr/lib/python3/dist-packages/pydicom' },
  { package: 'gcc', file: '/usr/bin/gcc' },
  { package: 'libc6-dev', file: '/usr/include/stdio.h' },
  { package: 'openssl', file: '/usr/bin/openssl' },
  { package: 'libxml2-utils', file: '/usr/bin/xmllint' },
  { package: 'rsyslog', file: '/usr/sbin/rsyslogd' },
  { package: 'rsyslog-openssl', file: '/usr/share/doc/rsyslog-openssl' },
  { package: 'nginx-light', file: '/usr/sbin/nginx' },
  { package: 'postgresql', file: '/usr/lib/postgresql' },
  { package: 'prometheus', file: '/usr/bin/promtool' },
  { package: 'chromium', file: '/usr/bin/chromium' },
  { package: 'libvulkan1', file: '/usr/share/doc/libvulkan1' },
];
if (process.env.CI)
  parts.push(
    ...tensorflowTools(),
    // Debian builds it for the processor only; what PyPI has brings 4 GB for graphics cards.
    { package: 'python3-torch', file: '/usr/lib/python3/dist-packages/torch' },
    { package: 'python3-torchvision', file: '/usr/lib/python3/dist-packages/torchvision' },
  );

const missing = parts.filter((part) => !existsSync(part.file)).map((part) => part.package);
if (missing.length > 0) installPackages();
if (process.env.CI) {
  installTensorflow();
  installOhif();
  installKeras();
}
installHighdicom();
installCyclonedx();

function installPackages() {
  if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) {
    console.error(`
  NOT INSTALLED: ${missing.join(', ')}
  The tests that need them will be SKIPPED. To run them all, on Debian as root:
    apt-get install --no-install-recommends ${missing.join(' ')}
`);
    if (process.env.CI) process.exit(1);
    return;
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
  if (status === 0 && still.length === 0) return;
  console.error(
    `Could not be installed: ${still.join(', ') || 'see above'}; the tests that need them will be skipped.`,
  );
  if (process.env.CI) process.exit(1);
}

/** What scripts/installTensorflow.mjs needs, by whatever name it is there already. */
function tensorflowTools() {
  const works = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  return [
    ...(works('python3', '-m', 'pip', '--version')
      ? []
      : [{ package: 'python3-pip', file: '/usr/lib/python3/dist-packages/pip' }]),
    ...(works('make', '--version') ? [] : [{ package: 'make', file: '/usr/bin/make' }]),
    ...(works('g++', '--version') ? [] : [{ package: 'g++', file: '/usr/bin/g++' }]),
  ];
}

function installTensorflow() {
  const NOT_FETCHED = 3;
  // The tests look for it: without it, they fail where TensorFlow is missing.
  const excuse = '.cache/tensorflow-not-fetched';
  rmSync(excuse, { force: true });
  const installed = ['.tensorflow/node_modules', 'node_modules'].some((folder) =>
    ['tfjs-node', 'tfjs-node-gpu'].some((name) => existsSync(`${folder}/@tensorflow/${name}`)),
  );
  if (installed) return;
  console.error('Installing native TensorFlow (a minute or two) …');
  const { status } = spawnSync(process.execPath, ['scripts/installTensorflow.mjs'], {
    stdio: ['ignore', 2, 2],
  });
  if (status === NOT_FETCHED) {
    mkdirSync('.cache', { recursive: true });
    writeFileSync(excuse, '');
    console.error('Native TensorFlow cannot be fetched here; the tests that need it will be SKIPPED.');
  } else if (status !== 0) process.exit(1);
}

function installOhif() {
  const NOT_FETCHED = 3;
  // The tests look for it: without it, they fail where OHIF is missing.
  const excuse = '.cache/ohif-not-fetched';
  rmSync(excuse, { force: true });
  const { status } = spawnSync(process.execPath, ['scripts/installOhif.mjs'], { stdio: ['ignore', 2, 2] });
  if (status === NOT_FETCHED) {
    mkdirSync('.cache', { recursive: true });
    writeFileSync(excuse, '');
    console.error('The tests that need OHIF will be SKIPPED.');
  } else if (status !== 0) process.exit(1);
}

/** The schemas of the bill of materials; 2 MB. */
function installCyclonedx() {
  const { status } = spawnSync(process.execPath, ['scripts/installCyclonedx.mjs'], {
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  console.error("CycloneDX's schemas cannot be fetched; the test that needs them will be SKIPPED.");
  if (process.env.CI) process.exit(1);
}

/** Keras, and what writes its networks as ONNX. */
function installKeras() {
  if (!installPython('.cache/keras', ['tensorflow-cpu==2.21.0', 'tf2onnx==1.17.0'])) process.exit(1);
}

/** An independent reader of DICOM's structured reports; 170 MB unpacked. */
function installHighdicom() {
  if (installPython('.cache/highdicom', ['highdicom==0.28.0', 'pydicom==3.0.2'])) return;
  console.error('highdicom cannot be installed (pip); the tests that need it will be SKIPPED.');
  if (process.env.CI) process.exit(1);
}

/** Packages from PyPI for Debian's Python, in a folder of their own: not in reach of any other Python. */
function installPython(folder, packages) {
  if (existsSync(folder)) return true;
  console.error(`Installing ${packages.join(', ')} …`);
  // Moved to its place when it is whole.
  const draft = `${folder}-draft`;
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--root-user-action=ignore',
    '--upgrade',
    '--target',
    draft,
  ];
  const { status } = spawnSync('/usr/bin/python3', [...pip, ...packages], { stdio: ['ignore', 2, 2] });
  if (status !== 0) return false;
  renameSync(draft, folder);
  return true;
}
