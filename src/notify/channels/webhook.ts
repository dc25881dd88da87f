import { createHmac } from 'node:crypto';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { NotifyError, type NotifyErrorCode } from '../errors.js';
import { jsonOf } from '../message.js';
import { authorities } from './authorities.js';
import type { Channel } from './channel.js';

export interface WebhookOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Base64, perhaps after `whsec_`. */
  hmacSecret?: string | undefined;
  proxy?: { url: string; username?: string | undefined; password?: string | undefined } | undefined;
  ca?: string | undefined;
  /** One request as a whole, 15 s unless told otherwise. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

/**
 * Posts each message as JSON. Redirects are not followed: what is secret in the address and the headers would go there,
 * too. Any answer of 200 to 299 counts as arrived; what it says is not read.
 *
 * @throws NotifyError `notify-settings`
 */
export function openWebhook(options: WebhookOptions): Channel {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const dispatcher = dispatcherFor(options, timeoutMs);
  const { origin, pathname, search } = new URL(options.url);

  const post = async (body: string, headers: Record<string, string>): Promise<number> => {
    try {
      const response = await dispatcher.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
      // An answer that trickles is not waited for.
      response.body.on('error', () => {}).destroy();
      return response.statusCode;
    } catch (error) {
      throw transportError(error);
    }
  };

  return {
    name: 'webhook',
    send: async (message) => {
      const body = jsonOf(message);
      const { id } = message;
      const status = await post(body, {
        ...options.headers,
        'content-type': 'application/json; charset=utf-8',
        'user-agent': `mamori/${message.version}`,
        'webhook-id': id,
        ...signature(body, id, options.hmacSecret),
      });
      if (status < 200 || status > 299) throw refusal(status);
      return undefined;
    },
    check: () => checkConnection(dispatcher, origin, timeoutMs),
    close: () => dispatcher.destroy(),
  };
}

/** By Standard Webhooks: the receiver checks it with any of their libraries, and the time against replays. */
function signature(body: string, id: string, secret: string | undefined): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  if (secret === undefined) return { 'webhook-timestamp': timestamp };
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${digest}` };
}

function dispatcherFor({ proxy, ca }: WebhookOptions, timeoutMs: number): Dispatcher {
  const trusted = authorities(ca, 'notify.webhook.ca');
  const connect = { timeout: timeoutMs, ...(trusted && { ca: trusted }) };
  const options = { connections: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  if (proxy === undefined) return new Agent({ ...options, connect });
  const { url, username, password = '' } = proxy;
  const pair = Buffer.from(`${username}:${password}`).toString('base64');
  const token = username === undefined ? {} : { token: `Basic ${pair}` };
  return new ProxyAgent({ ...options, uri: url, requestTls: connect, ...token });
}

/** Any answer will do: a receiver need not know HEAD. */
async function checkConnection(dispatcher: Dispatcher, origin: string, timeoutMs: number): Promise<void> {
  try {
    const { body } = await dispatcher.request({
      origin,
      path: '/',
      method: 'HEAD',
      signal: AbortSignal.timeout(timeoutMs),
    });
    body.on('error', () => {}).destroy();
  } catch (error) {
    throw transportError(error);
  }
}

function refusal(status: number): NotifyError {
  if (status >= 300 && status < 400)
    return new NotifyError('notify-redirected', `The webhook's receiver redirects elsewhere (${status}).`, {
      remedy:
        'Set notify.webhook.url to the address that it redirects to; Mamori takes no secret there by itself.',
    });
  if (status === 401 || status === 403)
    return new NotifyError('notify-credentials', `The webhook's receiver refuses us (${status}).`, {
      remedy: 'Check notify.webhook.url and its headers: a token may have been withdrawn.',
    });
  return new NotifyError('notify-refused', `The webhook's receiver does not take the message (${status}).`, {
    remedy:
      status >= 500 || status === 429
        ? 'It is sent again; if that goes on, see to the receiver.'
        : 'Check notify.webhook.url, and whether the receiver takes JSON with a text.',
  });
}

/** The cause is left out: it may name the address, which is a secret. */
function transportError(error: unknown): NotifyError {
  const { name, code = '', cause } = error as { name?: string; code?: string; cause?: { code?: string } };
  const told = cause?.code ?? code;
  const [kind, says, remedy] = transportWords(name === 'TimeoutError' ? 'TIMEOUT' : told);
  return new NotifyError(kind, `${says}${told === '' ? '' : ` (${told})`}.`, { remedy });
}

function transportWords(code: string): [NotifyErrorCode, string, string] {
  if (/TIMEOUT|ETIMEDOUT/.test(code))
    return ['notify-timed-out', "The webhook's receiver does not answer in time", 'See whether it runs.'];
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code))
    return [
      'notify-tls',
      "The connection to the webhook's receiver cannot be trusted",
      'Check its certificate, and name the authority in notify.webhook.ca.',
    ];
  return [
    'notify-unreachable',
    "The webhook's receiver cannot be reached",
    'Check host and port in notify.webhook.url, and the proxy where there is one.',
  ];
}
