import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** One mail as it came over the wire. */
export interface SeenMail {
  from: string;
  to: string[];
  /** Head and body, as they were sent. */
  raw: string;
  /** Over TLS. */
  secure: boolean;
  user: string | undefined;
}

export interface MailSink {
  port: number;
  mails: SeenMail[];
  /** User names and passwords that were tried. */
  tried: string[];
  close(): Promise<void>;
}

/** A mail server on loopback that keeps what it gets. It takes user `mamori` with password `secret`. */
export async function startMailSink(options: SMTPServerOptions = {}): Promise<MailSink> {
  const mails: SeenMail[] = [];
  const tried: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    onAuth: ({ username, password }, _session, done) => {
      tried.push(`${username}:${password}`);
      if (username === 'mamori' && password === 'secret') return done(null, { user: username });
      const refusal = Object.assign(new Error(`no such password: ${password}`), { responseCode: 535 });
      done(refusal);
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: session.user as string | undefined,
        });
        done();
      });
    },
    ...options,
  });
  // A client that distrusts the certificate ends the connection.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    tried,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
