import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../freePort.js';
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
    // A datagram that comes before that is lost, and nobody learns of it.
    while (!isBound(port)) {
      if (child.exitCode !== null) throw new Error(`rsyslogd ended at once, with ${child.exitCode}`);
      await sleep(20);
    }
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

/** Whether some program has the port of loopback, by TCP or by UDP. */
function isBound(port: number): boolean {
  const local = ` 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 `;
  return ['tcp', 'udp'].some((protocol) => readFileSync(`/proc/net/${protocol}`, 'utf8').includes(local));
}

function security({ authority, server }: NonNullable<ReceiverOptions['tls']>): string {
  return `global(defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="${authority.certFile}"
  defaultNetstreamDriverCertFile="${server.certFile}" defaultNetstreamDriverKeyFile="${server.keyFile}")\n`;
}
