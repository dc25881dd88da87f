import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of loopback for a program that has to be told one before it listens.
 *
 * It lies below those that the system hands out itself (32768 on, on Linux): whoever lets the system choose takes none
 * of these in the moment before the program listens. Processes that test side by side each begin elsewhere.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries++) {
    next = (next + 1) % COUNT;
    if (await isFree(FIRST + next)) return FIRST + next;
  }
  throw new Error('No port is free');
}

const FIRST = 20_000;
const COUNT = 12_000;
let next = (process.pid * 97) % COUNT;

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
