import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyPair } from '../pacs/certificates.js';
import { scratchFolder } from '../scratch.js';

/** A rsyslogd of the test's own on loopback. */
export interface SyslogReceiver {
  url: string;
  /** What it has taken: PRI, message id, structured data and message, without the byte order mark. */
  lines(): { head: string; message: string }[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface ReceiverOptions {
  protocol: 'tls' | 'tcp' | 'udp';
  tls?: { authority: KeyPair; server: KeyPair; wantsClient?: boolean };
}

export async function syslogReceiver({ protocol, tls }: ReceiverOptions): Promise<SyslogReceiver> {
  const folder = scratchFolder('rsyslog');
  const port = await freePort();
  const output = join(folder, 'taken.log');
  const config = join(folder, 'rsyslog.conf');
  const secure = tls === undefined ? '' : security(tls);
  const streams =
    protocol === 'udp'
      ? ''
      : `${secure}module(load="imtcp"${
          tls === undefined
            ? ''
            : ` StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="${
                tls.wantsClient ? 'x509/certvalid' : 'anon'
              }"`
        })\ninput(type="imtcp" port="${port}" address="127.0.0.1" ruleset="take")\n`;
  const datagrams =
    protocol === 'udp'
      ? `module(load="imudp")\ninput(type="imudp" port="${port}" address="127.0.0.1" ruleset="take")\n`
      : '';
  writeFileSync(
    config,
    `global(workDirectory="${folder}" maxMessageSize="64k"
  parser.escapeControlCharactersOnReceive="off")
template(name="taken" type="string" string="%pri% %msgid% %structured-data% %msg%\\n")
ruleset(name="take") { action(type="omfile" file="${output}" template="taken" asyncWriting="off" flushOnTXEnd="on") }
${streams}${datagrams}`,
  );
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn('rsyslogd', ['-n', '-f', config, '-i', join(folder, 'pid')], { stdio: 'ignore' });
    for (let tries = 0; !existsSync(join(folder, 'pid')) && tries < 100; tries++) await sleep(50);
    await sleep(300);
  };
  await start();
  return {
    url: `${protocol}://127.0.0.1:${port}`,
    lines: () =>
      (existsSync(output) ? readFileSync(output, 'utf8') : '')
        .split('\n')
        .filter(Boolean)
        .map((line) => {
          const at = line.indexOf('<Audit');
          return { head: line.slice(0, at).replace('\ufeff', '').trim(), message: line.slice(at) };
        }),
    stop: async () => {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
    start,
  };
}

function security({ authority, server }: NonNullable<ReceiverOptions['tls']>): string {
  return `global(defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${authority.certFile}"
  defaultNetstreamDriverCertFile="${server.certFile}" defaultNetstreamDriverKeyFile="${server.keyFile}")\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
