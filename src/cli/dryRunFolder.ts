import { join } from 'node:path';
import type { Settings } from '../config/index.js';
import type { StudyInstanceUID } from '../dicom/index.js';
import { type LedgerReader, openLedgerToRead } from '../ledger/index.js';
import { dryRun, type Log } from '../poller/index.js';
import { openLog, openPacs, openWorkbench, servedModelOf } from '../service/index.js';
import { EXIT } from './outcome.js';
import { outcomeJson, outcomeText } from './outcomeText.js';
import { makeResultFolder, writeResultFiles } from './resultFiles.js';
import { absence } from './studyUids.js';

/** What would be stored goes into a folder for each study; the PACS and the ledger are only read. */
export async function writeDryRun(
  studies: StudyInstanceUID[],
  settings: Settings,
  folder: string,
  json: boolean,
): Promise<void> {
  await makeResultFolder(folder);
  const pacs = openPacs(settings);
  const ledger = await readableLedger(settings, openLog(settings));
  const { bench, close } = await openWorkbench(settings);
  const parts = { pacs, ledger, bench, served: servedModelOf(bench.bundle, settings) };
  const exams: object[] = [];
  try {
    for (const study of studies) {
      const absent = await absence(study, pacs);
      if (absent !== undefined) {
        exams.push({ studyInstanceUID: study, status: 'not-found', reason: absent.reason });
        process.exitCode = EXIT.trouble;
        if (!json) console.log(absent.reason);
        continue;
      }
      const outcome = await dryRun(study, parts);
      const files = await writeResultFiles(study, outcome, join(folder, study));
      exams.push({ studyInstanceUID: study, ...outcomeJson(outcome, files) });
      if (outcome.status !== 'analysed') process.exitCode = EXIT.trouble;
      if (json) continue;
      console.log(outcomeText(outcome, bench.bundle, (uid) => uid));
      if (files.length > 0) console.log(`Written to ${join(folder, study)}: ${files.join(', ')}`);
      console.log('Nothing was stored in the PACS.');
    }
  } finally {
    await Promise.all([close(), pacs.close(), ledger?.disconnect()]);
  }
  if (json) console.log(JSON.stringify({ exams }));
}

/** A dry run is often the first thing that is tried: without a ledger it goes on, and says what that changes. */
async function readableLedger(settings: Settings, log: Log): Promise<LedgerReader | undefined> {
  try {
    return await openLedgerToRead(settings.ledger);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn({ reason }, 'Named as if the study had never been processed: the ledger cannot be read');
    return undefined;
  }
}
