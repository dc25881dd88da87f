/**
 * The ways to people: `webhook.ts` posts JSON over HTTP, `email.ts` sends mail over SMTP. Each sends one message at a
 * time, says in a `NotifyError` why it did not arrive, or not at everybody, never waits for long, and shows neither
 * address nor secret.
 */
export type { Channel } from './channel.js';
export { type EmailOptions, openEmail } from './email.js';
export { openWebhook, type WebhookOptions } from './webhook.js';
