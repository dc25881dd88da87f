import { randomUUID } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { installedVersion, type Settings } from '../config/index.js';
import type { StudyInstanceUID } from '../dicom/index.js';
import { DicomWeb } from '../dicomweb/index.js';
import { type ExamSettings, openThreads, resultDigest, type Workbench } from '../exam/index.js';
import { isLedgerThere, LEASE_SECONDS, type Ledger, openLedger, type ServedModel } from '../ledger/index.js';
import { type Bundle, type Engine, loadBundle, openEngine, readKnownFeatures } from '../model/index.js';
import {
  type Log,
  Poller,
  type PollerParts,
  type SourceParts,
  takeUpAgain,
  type WorkSource,
} from '../poller/index.js';
import { letHeapsGrow } from '../threads/index.js';
import { type Audit, deliveriesInto, openAudit } from './auditing.js';
import { guessableSecrets } from './blackener.js';
import { refuseForeignRoot } from './ownAccount.js';
import { pacsOptions } from './pacsOptions.js';
import { type PlainWay, plainWays } from './plainWays.js';

/** Everything a running Mamori consists of, opened from its settings. */
export interface Service {
  bundle: Bundle;
  engine: Engine;
  /** Behind the breaker: nobody asks it while it is left alone. */
  pacs: DicomWeb;
  ledger: Ledger;
  poller: Poller;
  /** Has one exam processed again with today's model and settings, in the next cycle; see `takeUpAgain`. */
  reprocess(study: StudyInstanceUID): ReturnType<typeof takeUpAgain>;
  audit: Audit;
  /** What the settings leave unencrypted. */
  plainWays: readonly PlainWay[];
  /** Ends the work under way, then lets go of everything. */
  close(): Promise<void>;
}

/** More threads than this gain little on one exam of four views and cost memory. */
const MOST_PREPARATION_THREADS = 4;

/**
 * Opens model, archive and ledger, in the order in which wrong settings are most likely.
 *
 * @param onExam told of each try at an exam, once it has ended
 * @param sources where exams come from besides the look-out for new ones
 * @throws MamoriError as the part that cannot be opened says; what was opened before is closed again
 */
export async function openService(
  settings: Settings,
  log: Log,
  onExam?: PollerParts['onExam'],
  sources?: (parts: SourceParts) => readonly WorkSource[],
): Promise<Service> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part);
    return part;
  };
  const close = async () => {
    // All of them, whatever one of them meets: threads and connections that stay open keep the process from its end.
    const failures: unknown[] = [];
    for (const part of opened.splice(0).reverse())
      await part.close().catch((failure: unknown) => failures.push(failure));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const ways = await plainWays(settings);
    for (const way of ways)
      log.warn(way, 'Not encrypted: unless that is this machine, it can be read and changed on its way');
    // Not why: that would be said of it in the log.
    for (const setting of guessableSecrets(settings))
      log.warn(
        { setting },
        'A secret that cannot be kept out of the log: have another one set (mamori doctor)',
      );
    const workbench = await openWorkbench(settings);
    keep(workbench);
    await refuseForeignRoot(settings);
    if (!(await isLedgerThere(settings.ledger)))
      log.warn({ ledger: settings.ledger.url }, 'No ledger there: a new one is made, which knows of no exam');
    const ledger = await openLedger(settings.ledger);
    keep({ close: () => ledger.disconnect() });
    const audit = keep(await openAudit(settings, log));

    const { bundle, engine } = workbench.bench;
    const model = `${bundle.name} ${bundle.version}`;
    log.info({ model, engine: engine.name, device: engine.device, reason: engine.reason }, 'Engine ready');
    if (bundle.termsOfUse !== undefined) log.info({ model, terms: bundle.termsOfUse }, 'Terms of use');
    const served = servedModelOf(bundle, settings);
    const left = await ledger.adoptable(served);
    if (left > 0)
      log.warn(
        { exams: left },
        'Exams of another version or other settings wait; mamori adopt takes them over',
      );
    const pollerSettings = {
      ...settings.poll,
      workers: settings.workers,
      leaseSeconds: LEASE_SECONDS,
      keepsAnswers: settings.admin.answers,
    };
    const parts = { ledger, settings: pollerSettings, served, log };
    const poller = new Poller({
      ...parts,
      pacs: keep(openPacs(settings)),
      bench: workbench.bench,
      sources,
      workerName: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      onExam,
      onDelivery: deliveriesInto(audit.trail, settings),
    });
    keep({ close: () => poller.stop() });
    const { pacs } = poller;
    const reprocess = (study: StudyInstanceUID) =>
      takeUpAgain(study, { ...parts, pacs, reports: settings.outputs.reports });
    return { bundle, engine, pacs, ledger, poller, audit, plainWays: ways, reprocess, close };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** The part of the service that knows no archive: what `analyze` needs as well. */
export async function openWorkbench(
  settings: Pick<Settings, 'model' | 'explain' | 'outputs'>,
): Promise<{ bench: Workbench; close(): Promise<void> }> {
  letHeapsGrow();
  const { model } = settings;
  const bundle = await loadBundle(model.bundle);
  const known = await readKnownFeatures(bundle);
  const engine = await openEngine(bundle, model);
  const threads = Math.min(availableParallelism(), MOST_PREPARATION_THREADS);
  const { preparation, overlays, close: closeThreads } = openThreads(threads);
  const bench: Workbench = {
    bundle,
    known,
    engine,
    preparation,
    overlays,
    settings: examSettings(settings),
    softwareVersion: installedVersion(),
    // One more than there are threads: the next image arrives while they work.
    concurrency: threads + 1,
  };
  const close = async () => {
    await Promise.all([engine.close(), closeThreads()]);
  };
  return { bench, close };
}

function examSettings({ explain, outputs }: Pick<Settings, 'explain' | 'outputs'>): ExamSettings {
  return {
    ...outputs,
    explain: {
      ...(explain.method === 'grad-cam'
        ? { method: 'grad-cam' }
        : { method: explain.method, steps: explain.steps }),
      ...(explain.failedHeatMaps === 'draw' && { failedHeatMaps: 'draw' }),
    },
  };
}

/** What the ledger calls the work of a bundle with these settings. */
export function servedModelOf({ name, version }: Bundle, settings: Settings): ServedModel {
  return { modelName: name, modelVersion: version, settingsDigest: resultDigest(examSettings(settings)) };
}

export function openPacs(settings: Settings): DicomWeb {
  return new DicomWeb(pacsOptions(settings));
}
