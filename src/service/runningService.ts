import { X509Certificate } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, get as plainGet } from 'node:http';
import { get as secureGet } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Readiness } from '../admin/index.js';
import type { Settings } from '../config/index.js';
import { hostPort } from '../hostPort.js';
import { isLoopback } from '../loopback.js';

/** As JSON has it. */
type Told<T> = T extends Date ? string : T extends object ? { [Key in keyof T]: Told<T[Key]> } : T;

/** What a service that runs with the same settings says of itself, as far as it can be asked. */
export type RunningService =
  | {
      answer: 'told';
      at: string;
      headline: string;
      troubles: readonly { what: string; todo?: string; since?: string }[];
    }
  /** It wants to know who asks; `readiness`, where it tells at least that. */
  | { answer: 'locked'; at: string; readiness?: Told<Readiness> }
  /** Nobody listens there, or somebody else. */
  | { answer: 'silent'; at: string }
  /** The settings have no status page. */
  | { answer: 'off' };

const PATIENCE_MS = 3000;
const MOST_BYTES = 1_000_000;

/** Asks the service that the settings are of; whatever is wrong with it is an answer. */
export async function askRunningService({ admin }: Pick<Settings, 'admin'>): Promise<RunningService> {
  const { listen, tls } = admin;
  if (listen === 'off') return { answer: 'off' };
  const host = HERE[listen.host] ?? listen.host;
  const at = hostPort(host, listen.port);
  try {
    // By its address: an account of this machine is known by that, whatever names the machine has.
    const own = isLoopback(host) ? at : hostPort((await lookup(host)).address, listen.port);
    const { status, body } = await asked(own, '/api/v1/service', tls?.cert);
    if (status !== 200) return { answer: 'locked', at, ...(await readiness(own, tls?.cert)) };
    const { headline, troubles } = JSON.parse(body) as Extract<RunningService, { answer: 'told' }>;
    if (typeof headline !== 'string' || !Array.isArray(troubles)) return { answer: 'silent', at };
    return { answer: 'told', at, headline, troubles };
  } catch {
    return { answer: 'silent', at };
  }
}

/** Where a service is asked that listens everywhere. */
const HERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** What it tells accounts of its own machine; nothing where it does not. */
async function readiness(
  at: string,
  certificate: string | undefined,
): Promise<{ readiness?: Told<Readiness> }> {
  try {
    const { body } = await asked(at, '/health/ready', certificate);
    const told = JSON.parse(body) as Told<Readiness>;
    return typeof told.pacs?.state === 'string' && Array.isArray(told.hindrances) ? { readiness: told } : {};
  } catch {
    return {};
  }
}

/**
 * @param certificate the file of the service's own, where it speaks https: its name is seldom the one that this machine
 * has for itself, so what it shows is held against the file
 */
function asked(
  at: string,
  path: string,
  certificate: string | undefined,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const expected = certificate && new X509Certificate(readFileSync(certificate)).fingerprint256;
    // For all of it: what answers there may be a stream that never ends.
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const options = { headers: { accept: 'application/json' }, signal, agent: false };
    const onResponse = (response: IncomingMessage) => {
      const shown = expected && (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256;
      if (shown !== expected) request.destroy(new Error('another certificate'));
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
        if (body.length > MOST_BYTES) request.destroy(new Error('too much'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    };
    const request =
      expected === undefined
        ? plainGet(`http://${at}${path}`, options, onResponse)
        : secureGet(`https://${at}${path}`, { ...options, rejectUnauthorized: false }, onResponse);
    request.on('error', reject);
  });
}
