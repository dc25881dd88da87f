import { Command } from 'commander';
import { configOption, jsonOption } from './options.js';
import type { Service } from './service.js';

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

async function processStudies(studies: string[], { config, force, dryRun, json }: Options): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [{ openLog }, { openService }, { tellExams }] = await Promise.all([
    import('./log.js'),
    import('./service.js'),
    import('./examReports.js'),
  ]);
  const service = await openService(settings, openLog(settings));
  try {
    if (dryRun !== undefined) {
      await writeFiles(service, studies, dryRun, json === true);
      return;
    }
    const exams = await service.poller.process(studies, { force: force === true });
    tellExams(exams, { json: json === true });
  } finally {
    await service.close();
  }
}

/** What would be stored goes into a folder for each study; the PACS and the ledger are only read. */
async function writeFiles(service: Service, studies: string[], folder: string, json: boolean): Promise<void> {
  const [{ join }, { writeResultFiles }, { outcomeJson, outcomeText }, { EXIT }] = await Promise.all([
    import('node:path'),
    import('./resultFiles.js'),
    import('./outcomeText.js'),
    import('./outcome.js'),
  ]);
  const exams: object[] = [];
  for (const study of studies) {
    const outcome = await service.poller.dryRun(study);
    const files = await writeResultFiles(outcome, join(folder, study));
    exams.push({ studyInstanceUID: study, ...outcomeJson(outcome, files) });
    if (outcome.status !== 'analysed') process.exitCode = EXIT.trouble;
    if (json) continue;
    console.log(outcomeText(outcome, service.bundle.operatingPoint, (uid) => uid));
    console.log(`Written to ${join(folder, study)}, nothing stored: ${files.join(', ')}`);
  }
  if (json) console.log(JSON.stringify({ exams }));
}
