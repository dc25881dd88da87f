import { hostname } from 'node:os';
import { installedVersion, type Settings } from '../config/index.js';
import { type Channel, type NotifierParts, openEmail, openWebhook } from '../notify/index.js';

/** The ways to people that the settings name; none where they name none. @throws NotifyError `notify-settings` */
export function openChannels({ notify }: Pick<Settings, 'notify'>): Channel[] {
  const { webhook, email } = notify;
  return [
    ...(webhook === undefined ? [] : [openWebhook(webhook)]),
    ...(email === undefined ? [] : [openEmail(email)]),
  ];
}

/** Who messages come from. */
export function messageOrigin({ notify }: Pick<Settings, 'notify'>): NotifierParts['origin'] {
  return { from: notify.name ?? hostname(), version: installedVersion() };
}
