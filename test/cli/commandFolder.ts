import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '../../src/config/index.js';
import { openLedger, type ServedModel } from '../../src/ledger/index.js';
import { loadBundle } from '../../src/model/index.js';
import { servedModelOf } from '../../src/service/index.js';
import { type Ended, MAIN, mamoriHere } from '../mamori.js';

const EXAM = { studyInstanceUID: '2.25.1', modelName: 'm', modelVersion: '1', settingsDigest: 'd' };

/** Why the exams of tests end without an answer. */
export const TROUBLE = { code: 'pacs-unreachable', reason: 'The PACS does not answer.' };

/** The command line with nothing of this process's environment but where programs lie and what today is. */
export function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { PATH, TZ } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { PATH, ...(TZ !== undefined && { TZ }), NO_COLOR: '1', ...env } },
      (_, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** The same in this process: see `mamoriHere`. */
export const runHere = (args: string[]): Promise<Ended> => mamoriHere(...args);

/** A new folder for each test, with a settings file that names a PACS which is not there. */
export class CommandFolder {
  folder = '';
  config = '';

  make(): void {
    this.folder = mkdtempSync(join(tmpdir(), 'mamori-cli-'));
    this.config = join(this.folder, 'mamori.yaml');
    writeFileSync(
      this.config,
      'pacs: { url: "http://127.0.0.1:18299/dicom-web" }\nledger: { url: "sqlite:l.db" }\n',
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** What the service of these settings stands for. */
  async served(): Promise<ServedModel> {
    const settings = loadSettings(this.config);
    return servedModelOf(await loadBundle(settings.model.bundle), settings);
  }

  /** A ledger of two exams: 2.25.1 was given up, 2.25.2 waits. */
  async withExams(model: ServedModel = EXAM): Promise<void> {
    const ledger = await openLedger(`sqlite:${join(this.folder, 'l.db')}`);
    for (const study of ['2.25.1', '2.25.2']) {
      const exam = { ...model, studyInstanceUID: study };
      await ledger.observe(exam, { fingerprint: 'x' });
      if (study === '2.25.2') continue;
      const claim = await ledger.claim(exam, 'w', 1000);
      await ledger.giveUp(claim!, TROUBLE);
    }
    await ledger.disconnect();
  }
}

/** Made before each test of the suite that asks for it, and gone after it. */
export function commandFolder(): CommandFolder {
  const here = new CommandFolder();
  beforeEach(() => here.make());
  afterEach(() => here.remove());
  return here;
}
