import { Command } from 'commander';
import { configOption } from './options.js';

/** `mamori run`: the service. */
export const runCommand = new Command('run')
  .description('the service: poll on schedule, work, serve the status page; ends cleanly on SIGTERM')
  .addOption(configOption())
  .action(run);

async function run({ config }: { config: string }): Promise<void> {
  const { installedVersion, loadSettings } = await import('../config/index.js');
  const settings = loadSettings(config);
  const [
    { accessInto, openLog, openNotifier, openService, stageSeconds, statusOf },
    { openMetrics, startAdmin },
    { toldToStop },
  ] = await Promise.all([
    import('../service/index.js'),
    import('../admin/index.js'),
    import('./stopSignal.js'),
  ]);
  const log = openLog(settings);
  log.info({ version: installedVersion(), pacs: settings.pacs.qidoUrl }, 'Mamori starts');
  const metrics = await openMetrics({ answers: settings.admin.answers });
  const service = await openService(settings, log, (exam) => {
    metrics.observe(stageSeconds(exam));
    if (exam.shortAnswer !== undefined) metrics.answered(exam.shortAnswer);
  });
  try {
    const notifier = await openNotifier(service, settings, log, (channel, result) =>
      metrics.notified(channel, result),
    );
    metrics.watch(() => ({ ...notifier.situation, alarms: notifier.alarms, unsent: notifier.unsent }));
    const { listen, plainHttp: _, ...door } = settings.admin;
    const noteAccess = accessInto(service.audit.trail);
    const status = statusOf(service, settings, log);
    const admin =
      listen === 'off'
        ? undefined
        : await startAdmin(
            {
              ...door,
              listen,
              tls: door.tls && {
                ...door.tls,
                onUnreadable: (reason) =>
                  log.warn(
                    { reason },
                    'The renewed certificate of admin.tls cannot be used; the old one is shown on',
                  ),
              },
              desk: status.desk,
              onAccess: (event) => {
                log.info(event, 'Status page: access');
                noteAccess(event);
              },
            },
            status.source,
            metrics,
          );
    if (admin !== undefined) log.info({ url: admin.url }, 'Status page');
    service.poller.start(settings.poll.schedule);
    notifier.start();
    const signal = await toldToStop();
    log.info({ signal }, 'Stopping: work under way is finished or handed back');
    status.stopping();
    await Promise.all([notifier.stop(), service.poller.stop()]);
    await admin?.close();
  } finally {
    await service.close();
  }
  log.info({}, 'Stopped');
}
