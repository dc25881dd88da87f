import { Command } from 'commander';
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

async function processStudies(studies: string[], { config, force, dryRun, json }: Options): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [{ openLog }, { openService }, { tellExams }] = await Promise.all([
    import('./log.js'),
    import('./service.js'),
    import('./examReports.js'),
  ]);
  if (dryRun !== undefined) {
    const { MamoriError } = await import('../errors.js');
    throw new MamoriError('usage-not-there', '--dry-run is not there yet.', {
      remedy: 'Use mamori analyze.',
    });
  }
  const service = await openService(settings, openLog(settings));
  try {
    const exams = await service.poller.process(studies, { force: force === true });
    tellExams(exams, { json: json === true });
  } finally {
    await service.close();
  }
}
