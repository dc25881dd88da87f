import { NotifyError } from '../errors.js';
import { textOf, titleOf } from '../message.js';
import { authorities } from './authorities.js';
import type { Channel } from './channel.js';

export interface EmailOptions {
  host: string;
  port?: number | undefined;
  security: 'starttls' | 'tls' | 'off';
  ca?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
  from: string;
  to: readonly string[];
  /** Each step of the exchange, 15 s unless told otherwise. */
  timeoutMs?: number;
}

const USUAL_PORT = { starttls: 587, tls: 465, off: 25 };
const TIMEOUT_MS = 15_000;

/**
 * Sends each message as a mail of plain text. With `starttls` nothing is sent to a server that does not offer it.
 *
 * @throws NotifyError `notify-settings`
 */
export function openEmail(options: EmailOptions): Channel {
  const { host, security, username, password } = options;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const trusted = authorities(options.ca, 'notify.email.ca');
  const connect = async () => {
    // Loaded with the first mail: most processes of Mamori send none.
    const { createTransport } = await import('nodemailer');
    return createTransport({
      host,
      port: options.port ?? USUAL_PORT[security],
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'off',
      ...(username !== undefined && { auth: { user: username, pass: password ?? '' } }),
      ...(trusted && { tls: { ca: trusted } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      dnsTimeout: timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  let opened: ReturnType<typeof connect> | undefined;
  const transport = () => {
    opened ??= connect();
    return opened;
  };
  return {
    name: 'email',
    send: async (message) => {
      const { rejected } = await (await transport())
        .sendMail({
          from: { name: 'Mamori', address: options.from },
          to: [...options.to],
          subject: titleOf(message),
          text: textOf(message),
          messageId: `<${message.id}@mamori>`,
          date: new Date(message.at),
          // RFC 3834: no automatic answer is wanted.
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
        .catch((error: unknown) => {
          throw mailError(error);
        });
      if (rejected.length === 0) return undefined;
      if (rejected.length === options.to.length) throw refused(undefined);
      // It has arrived at the others, so it is not sent again.
      return refusedFor(rejected, options.to);
    },
    check: async () => {
      await (await transport()).verify().catch((error: unknown) => {
        throw mailError(error);
      });
    },
    close: async () => (await opened)?.close(),
  };
}

/** What a server answered is left out, as it may quote what it was sent. */
function mailError(error: unknown): NotifyError {
  const { code = '', responseCode } = error as { code?: string; responseCode?: number };
  const cause = (error as { cause?: { code?: string } }).cause?.code ?? '';
  const told = responseCode ?? code;
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new NotifyError('notify-credentials', `The mail server refuses us (${told}).`, {
      remedy: 'Check notify.email.username and password.',
    });
  if (
    code === 'ETLS' ||
    /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(`${code} ${cause}`) ||
    isTls(error)
  )
    return new NotifyError(
      'notify-tls',
      `The mail server offers no connection that can be trusted (${told}).`,
      {
        remedy:
          'Check notify.email.security and port, its certificate, and name the authority in notify.email.ca.',
      },
    );
  if (code === 'ETIMEDOUT')
    return new NotifyError('notify-timed-out', 'The mail server does not answer in time.', {
      remedy: 'See whether it runs, and whether notify.email.security fits its port.',
    });
  if (responseCode !== undefined || code === 'EENVELOPE' || code === 'EMESSAGE') return refused(responseCode);
  return new NotifyError('notify-unreachable', `The mail server cannot be reached (${told}).`, {
    remedy: 'Check notify.email.host and port.',
  });
}

/** nodemailer calls what OpenSSL says of a certificate a socket's error. */
function isTls(error: unknown): boolean {
  return error instanceof Error && /certificate|self.signed|SSL|TLS/i.test(error.message);
}

/** By their places in the settings: addresses are personal data, and errors hold none. */
function refusedFor(rejected: readonly string[], to: readonly string[]): NotifyError {
  // The library writes domains in small letters, and those of other scripts in ASCII: some places may stay unknown.
  const known = new Set(rejected.map((address) => address.toLowerCase()));
  const places = to.flatMap((address, i) => (known.has(address.toLowerCase()) ? [i + 1] : []));
  const which = places.length === 0 ? '' : ` (number ${places.join(', ')})`;
  return new NotifyError(
    'notify-refused-in-part',
    `The mail server does not take the message for ${rejected.length} of the ${to.length} addresses in ` +
      `notify.email.to${which}.`,
    { remedy: 'Check them: nobody reads there what Mamori tells.' },
  );
}

function refused(responseCode: number | undefined): NotifyError {
  const status = responseCode === undefined ? '' : ` (${responseCode})`;
  return new NotifyError('notify-refused', `The mail server does not take the message${status}.`, {
    remedy: 'Check notify.email.from and to, and what the server lets this machine send.',
  });
}
