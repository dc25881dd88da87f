import { readFileSync } from 'node:fs';
import { isIPv4, type Socket } from 'node:net';
import { withoutMapping } from './requestOrigin.js';

/** Where Linux lists connections with the account that holds each end, addresses and ports in hexadecimal. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LOCAL = 1;
const REMOTE = 2;
const ACCOUNT = 7;

/** People's accounts begin here (login.defs), and those that systemd makes for services lie above. */
const FIRST_PERSON = 1000;
const SERVICES_AGAIN = { from: 61_184, to: 65_534 };

/** All accounts that this process may not know by their number are shown as this one, in a rootless container, say. */
const UNTOLD = 65_534;
const ACCOUNT_MAP = '/proc/self/uid_map';
const ALL_ACCOUNTS = 2 ** 32 - 1;

/** Which number belongs to which account, where the machine itself knows it. */
const ACCOUNTS = '/etc/passwd';

/** Asked once for each connection. */
const accounts = new WeakMap<Socket, { account: number | undefined; name: string | undefined }>();

/**
 * Whether a service of this machine, such as a proxy, holds the other end of a connection within it: an account that is
 * neither a person's, nor root, nor our own. False where the system does not tell.
 */
export function isHeldByService(socket: Socket): boolean {
  const { account } = heldBy(socket);
  return account !== undefined && account !== process.getuid?.() && isService(account);
}

/**
 * What the account is called that holds the other end of a connection within this machine; `uid 1001` where the machine
 * has no name for it, undefined where the system does not tell. Whoever comes through a proxy has the proxy's.
 */
export function nameOfHolder(socket: Socket): string | undefined {
  return heldBy(socket).name;
}

function heldBy(socket: Socket): { account: number | undefined; name: string | undefined } {
  let known = accounts.get(socket);
  if (known === undefined) {
    const found = accountBehind(socket);
    const account = found !== undefined && isTold(found) ? found : undefined;
    known = { account, name: account === undefined ? undefined : nameOf(account) };
    accounts.set(socket, known);
  }
  return known;
}

function nameOf(account: number): string {
  const of = linesOf(ACCOUNTS).map((line) => line.split(':'));
  return of.find(([, , number]) => number === String(account))?.[0] ?? `uid ${account}`;
}

export function isService(account: number): boolean {
  if (account === 0) return false;
  return account < FIRST_PERSON || (account >= SERVICES_AGAIN.from && account <= SERVICES_AGAIN.to);
}

function isTold(account: number): boolean {
  if (account !== UNTOLD) return true;
  const map = rowsOf(ACCOUNT_MAP);
  const known = map.reduce((sum, [, , length]) => sum + Number(length ?? 0), 0);
  return map.length === 0 || known >= ALL_ACCOUNTS;
}

function accountBehind({ remoteAddress, remotePort, localPort }: Socket): number | undefined {
  const ends = remoteAddress === undefined ? [] : endsOf(remoteAddress, remotePort!);
  for (const table of TABLES) {
    const row = rowsOf(table).find(
      (columns) => ends.includes(columns[LOCAL] ?? '') && columns[REMOTE]?.endsWith(`:${hex(localPort!, 4)}`),
    );
    if (row !== undefined) return Number(row[ACCOUNT]);
  }
  return undefined;
}

/** Columns of a file of the system; none where it has no such file. */
function rowsOf(table: string): string[][] {
  return linesOf(table).map((line) => line.trim().split(/\s+/));
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'latin1').split('\n');
  } catch {
    return [];
  }
}

/** How the tables write an end of a connection within this machine. */
function endsOf(address: string, port: number): string[] {
  const plain = withoutMapping(address);
  if (!isIPv4(plain)) return address === '::1' ? [`${'0'.repeat(24)}01000000:${hex(port, 4)}`] : [];
  const bytes = plain.split('.').reverse();
  const four = bytes.map((byte) => hex(Number(byte), 2)).join('');
  return [four, `${'0'.repeat(16)}FFFF0000${four}`].map((end) => `${end}:${hex(port, 4)}`);
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
