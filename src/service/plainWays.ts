import type { Settings } from '../config/index.js';
import { hostPort } from '../hostPort.js';
import { isSentInTheClear } from '../ledger/index.js';
import { isLoopback } from '../loopback.js';

/** A way over the network that the settings leave unencrypted: who is on it may read, and change, what is sent. */
export interface PlainWay {
  /** The setting that says so. */
  setting: string;
  /** Host and port, as far as the setting names them. */
  to: string;
  /** What travels there. */
  carries: string;
  /** What the reader can do about it. */
  remedy: string;
}

/** All of them. What stays on this machine is none. */
export async function plainWays(settings: Settings): Promise<PlainWay[]> {
  return [
    ...pacsWays(settings),
    ...(await ledgerWays(settings)),
    ...auditWays(settings),
    ...notifyWays(settings),
    ...pageWays(settings),
  ];
}

function pacsWays({ pacs }: Settings): PlainWay[] {
  const { auth, proxy } = pacs;
  const roots: [setting: string, url: string][] =
    pacs.url !== undefined && [pacs.qidoUrl, pacs.wadoUrl, pacs.stowUrl].every((root) => root === pacs.url)
      ? [['pacs.url', pacs.url]]
      : [
          ['pacs.qidoUrl', pacs.qidoUrl],
          ['pacs.wadoUrl', pacs.wadoUrl],
          ['pacs.stowUrl', pacs.stowUrl],
        ];
  const carries = `images, results and patient names${auth.type === 'none' ? '' : ', and what Mamori signs in with'}`;
  const remedy = 'Use the https address of the PACS, if it has one; else a network that nobody else is in.';
  const ways = roots.map(([setting, url]) => ({ setting, url, carries, remedy }));
  if (auth.type === 'oauth2')
    ways.push({
      setting: 'pacs.auth.tokenUrl',
      url: auth.tokenUrl,
      carries: 'the client secret and the tokens',
      remedy: 'Use the https address of the authorisation server.',
    });
  if (proxy?.password !== undefined) ways.push(proxyWay('pacs.proxy', proxy.url));
  return ways.flatMap(plainHttp);
}

async function ledgerWays({ ledger }: Settings): Promise<PlainWay[]> {
  if (!(await isSentInTheClear(ledger))) return [];
  return [
    {
      setting: 'ledger.url',
      to: new URL(ledger.url).host,
      carries: 'results with patient data on their way to the PACS',
      remedy: 'Switch TLS on in the server (ssl = on), and take sslmode=disable out of ledger.url.',
    },
  ];
}

function auditWays({ audit: { syslog } }: Settings): PlainWay[] {
  if (syslog === undefined || syslog.url.startsWith('tls:')) return [];
  // `URL` knows no host of schemes that it does not know.
  const { host, hostname } = new URL(syslog.url.replace(/^\w+/, 'http'));
  if (isLoopback(hostname)) return [];
  const remedy = 'Let the receiver take TLS (RFC 5425), and write tls://.';
  return [{ setting: 'audit.syslog.url', to: host, carries: 'the audit trail', remedy }];
}

function notifyWays({ notify: { webhook, email } }: Settings): PlainWay[] {
  const ways: PlainWay[] = [];
  if (webhook !== undefined) {
    const carries = 'messages, and what the receiver knows Mamori by';
    // Its path may be what lets in: the host alone is told.
    ways.push(
      ...plainHttp({
        setting: 'notify.webhook.url',
        url: webhook.url,
        carries,
        remedy: 'Use the https address of the receiver.',
      }),
    );
    if (webhook.proxy?.password !== undefined)
      ways.push(...plainHttp(proxyWay('notify.webhook.proxy', webhook.proxy.url)));
  }
  if (email?.security === 'off' && !isLoopback(email.host))
    ways.push({
      setting: 'notify.email.security',
      to: email.host,
      carries: 'messages',
      remedy: 'Set it to starttls or tls.',
    });
  return ways;
}

function pageWays({ admin: { listen, plainHttp: isPlain } }: Settings): PlainWay[] {
  if (listen === 'off' || !isPlain || isLoopback(listen.host)) return [];
  return [
    {
      setting: 'admin.plainHttp',
      to: hostPort(listen.host, listen.port),
      carries: 'passwords for the status page',
      remedy: 'Give admin.tls, or declare the proxy that does https as admin.proxy.',
    },
  ];
}

function proxyWay(setting: string, url: string) {
  const remedy = 'Let the proxy know Mamori by its address, and leave user and password out.';
  return { setting, url, carries: 'the password for the proxy', remedy };
}

function plainHttp({ url, ...way }: Omit<PlainWay, 'to'> & { url: string }): PlainWay[] {
  const { protocol, host, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname) ? [{ ...way, to: host }] : [];
}
