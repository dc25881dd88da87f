import { Command } from 'commander';
import type { Settings } from '../config/index.js';
import type { Reason, StudyInstanceUID } from '../dicom/index.js';
import type { Ledger, ServedModel } from '../ledger/index.js';
import type { ExamReport, Log } from '../poller/index.js';
import type { ToldExam } from './examReports.js';
import { configOption, jsonOption } from './options.js';

interface Options {
  config: string;
  force?: true;
  dryRun?: string;
  json?: true;
}

/** `mamori process`: these exams now. */
export const processCommand = new Command('process')
  .description('process these exams now, complete or not')
  .argument('<study...>', 'Study Instance UIDs')
  .addOption(configOption())
  .option('--force', 'also exams that are closed')
  .option('--dry-run <dir>', 'write the objects into this folder and store nothing in the PACS')
  .addOption(jsonOption())
  .action(processStudies);

async function processStudies(named: string[], { config, force, dryRun, json }: Options): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const { studyUids } = await import('./studyUids.js');
  const studies = await studyUids(named);
  if (dryRun !== undefined) {
    const { writeDryRun } = await import('./dryRunFolder.js');
    await writeDryRun(studies, settings, dryRun, json === true);
    return;
  }
  const [{ carryOutHere, EndCounts, openLog, workedEnd }, { areTroubled, tellExams }] = await Promise.all([
    import('../service/index.js'),
    import('./examReports.js'),
  ]);
  const log = openLog(settings);
  const { exams, problems, operatingPoint } = await carryOutHere(settings, log, {
    what: force ? 'process --force' : 'process',
    studies,
    work: () => processed(studies, { settings, log, force: force === true }),
    endOf: ({ exams, problems }) => {
      const ends = [...exams.map(({ end }) => end), ...problems.map(({ code }) => code)];
      return workedEnd(areTroubled(exams, problems) ? 'in part' : 'done', new EndCounts(ends));
    },
  });
  const { answers } = settings.admin;
  tellExams(exams, { json: json === true, operatingPoint, problems, answers });
}

async function processed(
  studies: readonly StudyInstanceUID[],
  { settings, log, force }: { settings: Settings; log: Log; force: boolean },
): Promise<{ exams: ToldExam[]; problems: Reason[]; operatingPoint: number }> {
  const [{ openService, servedModelOf }, { absence }] = await Promise.all([
    import('../service/index.js'),
    import('./studyUids.js'),
  ]);
  const service = await openService(settings, log);
  try {
    const exams: ToldExam[] = [];
    const problems: Reason[] = [];
    for (const study of studies) {
      // One that the ledger knows may have results that only have to be delivered.
      const known = (await service.ledger.list({ studyInstanceUID: study, limit: 1 })).length > 0;
      const absent = known ? undefined : await absence(study, service.pacs);
      if (absent !== undefined) problems.push(absent);
      else {
        const [exam] = await service.poller.process([study], { force });
        exams.push(await explained(exam!, servedModelOf(service.bundle, settings), service.ledger));
      }
    }
    return { exams, problems, operatingPoint: service.bundle.operatingPoint };
  } finally {
    await service.close();
  }
}

/** Why an exam was not available: it is closed, or another worker's. */
async function explained(exam: ExamReport, served: ServedModel, ledger: Ledger): Promise<ToldExam> {
  if (exam.end !== 'taken' || exam.reason !== undefined) return exam;
  const record = await ledger.find({ studyInstanceUID: exam.studyInstanceUID, ...served });
  if (record?.closedAt !== undefined) {
    const reason = `Closed before as ${record.state}; --force processes it once more.`;
    return { ...exam, end: 'closed-before', reason: { code: 'closed-before', reason } };
  }
  const reason = 'Another process is working on it, or was until it was killed; see mamori status.';
  return { ...exam, reason: { code: 'taken', reason } };
}
