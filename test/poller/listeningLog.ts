import type { Log } from '../../src/poller/index.js';

export type Logged = { level: string; message: string } & Record<string, unknown>;

/** A log that can be read. */
export function listeningLog(): { log: Log; lines: Logged[] } {
  const lines: Logged[] = [];
  const heard = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, ...fields });
  };
  const log = { debug: () => {}, info: heard('info'), warn: heard('warn'), error: heard('error') };
  return { log, lines };
}
