import { Command } from 'commander';
import { configOption, jsonOption } from './options.js';
import { pausedText } from './pausedText.js';

/** `mamori once`: one poll, and work until every complete exam is done. */
export const onceCommand = new Command('once')
  .description('look at the PACS once, work until every complete exam is done, end')
  .addOption(configOption())
  .addOption(jsonOption())
  .action(once);

async function once({ config, json }: { config: string; json?: true }): Promise<void> {
  const { loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [{ openLog, openService }, { tellExams }] = await Promise.all([
    import('../service/index.js'),
    import('./examReports.js'),
  ]);
  const service = await openService(settings, openLog(settings));
  try {
    const cycles = await service.poller.untilDone(() => {});
    const left = (await service.poller.heldByOthers()).map(({ studyInstanceUID, worker }) => ({
      code: 'exam-left',
      reason: `Study ${studyInstanceUID} is left to another process, which still works on it (${worker}).`,
    }));
    const pausing = cycles.at(-1)?.pausing;
    const paused = pausing === undefined ? [] : [{ code: 'paused', reason: pausedText(pausing) }];
    const problems = [...(cycles.at(-1)?.problems ?? []), ...paused, ...left];
    tellExams(
      cycles.flatMap(({ exams }) => exams),
      {
        json: json === true,
        operatingPoint: service.bundle.operatingPoint,
        answers: settings.admin.answers,
        studies: cycles.at(-1)?.studies,
        passedOver: cycles.at(-1)?.passedOver,
        lookbackDays: settings.poll.lookbackDays,
        problems,
      },
    );
  } finally {
    await service.close();
  }
}
