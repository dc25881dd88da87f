import { join } from 'node:path';
import { type AdminServer, startAdmin } from '../../src/admin/index.js';
import { defaultSettings, type Settings } from '../../src/config/index.js';
import { type Archive, startArchive } from '../../src/demo/index.js';
import type { Ledger } from '../../src/ledger/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import { openLog, openService, type Service, statusOf } from '../../src/service/index.js';
import { smallBundle } from '../model/bundles.js';
import { today } from '../poller/hospital.js';
import { scratchFolder } from '../scratch.js';

/** A whole service before an archive of its own, with its status page. */
export interface RunningService {
  archive: Archive;
  settings: Settings;
  service: Service;
  admin: AdminServer;
  /** A made exam, stored in the archive. */
  arrives(seed: string, views?: MadeInstance['view'][]): string;
  close(): Promise<void>;
}

export interface RunningOptions {
  /** What the status page has in place of the ledger, to make it late or deaf. */
  between?: (ledger: Ledger) => Ledger;
  outputs?: Partial<Settings['outputs']>;
  /** As admin.answers. */
  answers?: boolean;
  /** Where the service finds the archive, by its own address. */
  way?: (url: string) => Promise<string>;
}

export async function runningService({
  between = (ledger) => ledger,
  outputs = {},
  answers = true,
  way = async (url) => url,
}: RunningOptions = {}): Promise<RunningService> {
  const archive = await startArchive();
  const bundle = await smallBundle();
  const usual = defaultSettings(await way(archive.url));
  const folder = scratchFolder('admin');
  const settings: Settings = {
    ...usual,
    model: { ...usual.model, bundle: bundle.directory },
    ledger: { ...usual.ledger, url: `sqlite:${join(folder, 'mamori.db')}` },
    audit: { ...usual.audit, folder: join(folder, 'audit') },
    outputs: { ...usual.outputs, ...outputs },
    admin: { ...usual.admin, answers },
    poll: { ...usual.poll, settleSeconds: 0, views: [] },
    log: { level: 'silent', format: 'json' },
  };
  const log = openLog(settings);
  const service = await openService(settings, log);
  const status = statusOf({ ...service, ledger: between(service.ledger) }, settings, log);
  const listen = { host: '127.0.0.1', port: 0 };
  const admin = await startAdmin({ listen, answers, desk: status.desk }, status.source);
  return {
    archive,
    settings,
    service,
    admin,
    arrives: (seed, views = ['LCC', 'RCC']) => {
      const exam = makeExam({ rows: 160, columns: 128, seed, date: today(), views });
      for (const { bytes } of exam) archive.add(bytes);
      return exam[0]!.studyInstanceUID;
    },
    close: async () => {
      await admin.close();
      await service.close();
      await archive.close();
    },
  };
}
