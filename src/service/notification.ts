import { resolve } from 'node:path';
import type { Settings } from '../config/index.js';
import { ledgerFileOf } from '../ledger/index.js';
import { Notifier, type NotifierParts } from '../notify/index.js';
import type { Log } from '../poller/index.js';
import { messageOrigin, openChannels } from './messageChannels.js';
import { type Service, servedModelOf } from './service.js';
import { situationSource } from './situationSource.js';

/**
 * What tells people when the service needs them. Without a channel it still keeps the book, which the metrics show.
 *
 * @throws NotifyError `notify-settings`
 */
export function openNotifier(
  service: Pick<Service, 'bundle' | 'ledger' | 'poller'> & Partial<Pick<Service, 'audit'>>,
  settings: Settings,
  log: Log,
  onTry: NotifierParts['onTry'],
): Promise<Notifier> {
  const { alarms, remindHours, settleMinutes, groupSeconds } = settings.notify;
  return Notifier.open({
    source: situationSource({ settings, served: servedModelOf(service.bundle, settings), ...service }),
    channels: openChannels(settings),
    alarms,
    timing: {
      remindMs: remindHours * 3_600_000,
      settleMs: settleMinutes * 60_000,
      groupMs: groupSeconds * 1000,
    },
    origin: messageOrigin(settings),
    stateFile: noticeFile(settings),
    log,
    onTry,
  });
}

/** Where the service surely may write. A database server has no such place: then where the service was started. */
function noticeFile({ notify, ledger }: Settings): string {
  const file = ledgerFileOf(ledger.url);
  return notify.stateFile ?? (file === undefined ? resolve('mamori-notify.json') : `${file}-notify.json`);
}
