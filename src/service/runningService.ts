import { get, type IncomingMessage } from 'node:http';
import type { Settings } from '../config/index.js';

/** What a service that runs with the same settings says of itself, as far as it can be asked. */
export type RunningService =
  | {
      answer: 'told';
      at: string;
      headline: string;
      troubles: readonly { what: string; todo?: string; since?: string }[];
    }
  /** Nobody listens there; it wants to know who asks, or speaks https; the settings have no status page. */
  | { answer: 'silent'; at: string }
  | { answer: 'locked'; at: string }
  | { answer: 'off' };

const PATIENCE_MS = 3000;
const MOST_BYTES = 1_000_000;

/** Asks the service that the settings are of; whatever is wrong with it is an answer. */
export async function askRunningService({ admin }: Pick<Settings, 'admin'>): Promise<RunningService> {
  const { listen, tls } = admin;
  if (listen === 'off') return { answer: 'off' };
  const host = listen.host === '0.0.0.0' || listen.host === '::' ? '127.0.0.1' : listen.host;
  const at = `${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
  if (tls !== undefined) return { answer: 'locked', at };
  try {
    const { status, body } = await asked(`http://${at}/api/v1/service`);
    if (status !== 200) return { answer: 'locked', at };
    const { headline, troubles } = JSON.parse(body) as Extract<RunningService, { answer: 'told' }>;
    if (typeof headline !== 'string' || !Array.isArray(troubles)) return { answer: 'silent', at };
    return { answer: 'told', at, headline, troubles };
  } catch {
    return { answer: 'silent', at };
  }
}

function asked(url: string): Promise<{ status: number; body: string }> {
  const headers = { accept: 'application/json' };
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, timeout: PATIENCE_MS }, (response: IncomingMessage) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
        if (body.length > MOST_BYTES) request.destroy(new Error('too much'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('timed out')));
    request.on('error', reject);
  });
}
