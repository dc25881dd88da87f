import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DicomWebOptions } from '../../src/dicomweb/index.js';
import { freePort } from '../freePort.js';
import { isInstalled, skipped } from '../parts.js';
import { selfSigned } from './certificates.js';
import { LOOPBACK_PRELOAD } from './loopbackPreload.js';

const ORTHANC = ['/usr/sbin/Orthanc', '/usr/bin/Orthanc', '/usr/local/sbin/Orthanc'];
const PLUGIN_FOLDERS = ['/usr/share/orthanc/plugins', '/usr/local/share/orthanc/plugins'];
const START_MS = 20_000;

export interface OrthancOptions {
  /** HTTPS with a certificate of its own for localhost and 127.0.0.1. */
  tls?: boolean;
  /** Replace an instance that is stored again; false keeps the first. */
  overwriteInstances?: boolean;
  /** Seconds without change after which a study counts as stable. */
  stableAge?: number;
  /** A Lua script to load. */
  lua?: string;
  /** Further settings, laid over ours. */
  settings?: Record<string, unknown>;
}

/** A running Orthanc of its own: empty, on loopback, gone without a trace after `stop`. */
export interface Orthanc {
  /** Root of the DICOMweb service. */
  url: string;
  /** Root of Orthanc's own REST interface. */
  restUrl: string;
  /** What a client needs to be let in. */
  access: Pick<DicomWebOptions, 'url' | 'auth' | 'tls'>;
  username: string;
  password: string;
  /** Its process. */
  pid: number;
  /** Its certificate as PEM, with `tls`. */
  certificate: string | undefined;
  /** What it has written to its log. */
  log(): string;
  /**
   * Ends it as a power failure would: what it holds is thrown away in any case, and it takes seconds to say goodbye.
   */
  stop(): Promise<void>;
}

/** Why Orthanc cannot be started here; undefined where it can. */
export function orthancMissing(): string | undefined {
  if (!ORTHANC.some(isInstalled))
    return 'Orthanc is not installed (apt-get install orthanc orthanc-dicomweb orthanc-gdcm)';
  if (pluginFolder() === undefined)
    return "Orthanc's DICOMweb plugin is not installed (apt-get install orthanc-dicomweb)";
  return undefined;
}

/**
 * For a suite's `before` hook: skips the suite visibly where Orthanc is missing, and fails it under CI.
 *
 * @example before(function () { requireOrthanc(this); })
 */
export function requireOrthanc(context: Mocha.Context): void {
  const reason = orthancMissing();
  if (reason !== undefined) skipped(context, reason);
}

export async function startOrthanc(options: OrthancOptions = {}): Promise<Orthanc> {
  const reason = orthancMissing();
  if (reason !== undefined) throw new Error(reason);
  const directory = mkdtempSync(join(tmpdir(), 'mamori-orthanc-'));
  try {
    return await started(directory, options);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

async function started(directory: string, options: OrthancOptions): Promise<Orthanc> {
  const httpPort = await freePort();
  const username = 'mamori';
  const password = 'pa:ss wörd';
  const pair = options.tls === true ? selfSigned(directory, 'server') : undefined;
  const certificateFile = join(directory, 'server.pem');
  if (pair !== undefined) writeFileSync(certificateFile, pair.key + pair.cert, { mode: 0o600 });
  const scripts: string[] = [];
  if (options.lua !== undefined) {
    scripts.push(join(directory, 'script.lua'));
    writeFileSync(scripts[0]!, options.lua);
  }
  const settingsFile = join(directory, 'orthanc.json');
  const plugins = pluginFolder()!;
  writeFileSync(
    settingsFile,
    JSON.stringify({
      Name: 'MAMORI TEST',
      StorageDirectory: join(directory, 'db'),
      IndexDirectory: join(directory, 'db'),
      HttpPort: httpPort,
      DicomServerEnabled: false,
      RemoteAccessAllowed: false,
      AuthenticationEnabled: true,
      RegisteredUsers: { [username]: password },
      SslEnabled: pair !== undefined,
      SslCertificate: certificateFile,
      Plugins: ['libOrthancDicomWeb.so', 'libOrthancGdcm.so']
        .map((name) => join(plugins, name))
        .filter(existsSync),
      DicomWeb: {
        Enable: true,
        Root: '/dicom-web/',
        EnableWado: true,
        WadoRoot: '/wado',
        Ssl: pair !== undefined,
      },
      BuiltinDecoderTranscoderOrder: 'Before',
      OverwriteInstances: options.overwriteInstances ?? false,
      StableAge: options.stableAge ?? 2,
      LuaScripts: scripts,
      HttpThreadsCount: 8,
      ...options.settings,
    }),
  );
  const child = spawn(ORTHANC.find(isInstalled)!, [settingsFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LD_PRELOAD: preload(directory) ?? '' },
  });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-200_000);
  });
  const restUrl = `${pair === undefined ? 'http' : 'https'}://127.0.0.1:${httpPort}`;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    running.delete(child);
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  };
  running.add(child);
  try {
    await listening(child, httpPort, () => log);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `${restUrl}/dicom-web`,
    restUrl,
    access: {
      url: `${restUrl}/dicom-web`,
      auth: { type: 'basic', username, password },
      ...(pair === undefined ? {} : { tls: { ca: pair.cert } }),
    },
    username,
    password,
    pid: child.pid!,
    certificate: pair?.cert,
    log: () => log,
    stop,
  };
}

/** No Orthanc outlives the tests, whatever becomes of them. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Orthanc says in its log when it is ready; the port alone could be somebody else's. */
async function listening(child: ChildProcess, port: number, log: () => string): Promise<void> {
  const until = Date.now() + START_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`Orthanc ended at once: ${log().slice(-2_000)}`);
    if (log().includes('Orthanc has started')) return;
    if (Date.now() > until) throw new Error(`Orthanc is not ready on port ${port}: ${log().slice(-2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function pluginFolder(): string | undefined {
  return PLUGIN_FOLDERS.find((folder) => isInstalled(join(folder, 'libOrthancDicomWeb.so')));
}

/** The preload library, built once per run of the tests; without a compiler Orthanc refuses strangers by address. */
function preload(directory: string): string | undefined {
  const source = join(directory, 'preload.c');
  const library = join(directory, 'preload.so');
  writeFileSync(source, LOOPBACK_PRELOAD);
  try {
    built ??= (() => {
      execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'pipe' });
      return readFileSync(library);
    })();
  } catch {
    return undefined;
  }
  writeFileSync(library, built);
  return library;
}
let built: Buffer | undefined;
