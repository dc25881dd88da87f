import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { News } from '../../src/notify/alarmBook.js';
import { type Channel, NotifyError, openEmail, openWebhook, testMessage } from '../../src/notify/index.js';
import { messageOf } from '../../src/notify/message.js';
import { startProxy } from '../dicomweb/proxy.js';
import { Setting } from '../dicomweb/setting.js';
import { type KeyPair, selfSigned } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { type MailSink, startMailSink } from './mailSink.js';

const ORIGIN = { from: 'radiology-1', version: '0.1.0' };
const NEWS: News = {
  what: 'raised',
  kind: 'disk',
  subject: '/data',
  since: Date.UTC(2026, 2, 2, 9),
  says: 'The disk of /data has 12 MB left.',
  remedy: 'Make room.',
  returns: 0,
};
const MESSAGE = messageOf([NEWS], ORIGIN, Date.UTC(2026, 2, 2, 10));

async function refusalOf(promise: Promise<unknown>): Promise<NotifyError> {
  try {
    await promise;
  } catch (error) {
    expect(error).instanceOf(NotifyError);
    return error as NotifyError;
  }
  throw new Error('it went through');
}

describe('the webhook', () => {
  const setting = new Setting();
  const channels: Channel[] = [];
  afterEach(async () => {
    await Promise.all(channels.splice(0).map((channel) => channel.close()));
    await setting.endAll();
  });
  const open = (url: string, other: Partial<Parameters<typeof openWebhook>[0]> = {}): Channel => {
    const channel = openWebhook({ url, headers: {}, timeoutMs: 20_000, ...other });
    channels.push(channel);
    return channel;
  };

  it('posts what happened as JSON, for people and for programs', async () => {
    const { url, seen } = await setting.server((_, response) => void response.writeHead(204).end());
    await open(`${url}?token=hunter2`, { headers: { Authorization: 'Bearer x' } }).send(MESSAGE);
    expect(seen).to.have.length(1);
    expect(seen[0]).to.include({ method: 'POST', path: '/dicom-web?token=hunter2' });
    expect(seen[0]!.headers).to.include({ authorization: 'Bearer x', 'webhook-id': MESSAGE.id });
    expect(seen[0]!.headers['content-type']).to.equal('application/json; charset=utf-8');
    const body = JSON.parse(seen[0]!.body.toString()) as { text: string; alarms: object[] };
    expect(body.text)
      .to.match(/Alarm: The disk fills/)
      .and.match(/What to do: Make room\./);
    expect(body.alarms).to.deep.equal([
      {
        what: 'raised',
        kind: 'disk',
        subject: '/data',
        title: 'The disk fills',
        since: '2026-03-02T09:00:00.000Z',
        says: NEWS.says,
        remedy: NEWS.remedy,
        returns: 0,
      },
    ]);
  });

  it('is signed so that a library of Standard Webhooks takes it, and no other key', async () => {
    const { url, seen } = await setting.server((_, response) => void response.writeHead(200).end('ok'));
    const hmacSecret = Buffer.alloc(32, 7).toString('base64');
    await open(url, { hmacSecret }).send(MESSAGE);
    const { headers, body } = seen[0]!;
    const check = (secret: string) =>
      new Webhook(secret).verify(body.toString(), headers as Record<string, string>);
    expect(check(hmacSecret)).to.have.property('id', MESSAGE.id);
    expect(() => check(Buffer.alloc(32, 8).toString('base64'))).to.throw();
  });

  it('says of a test that it is one', async () => {
    const { url, seen } = await setting.server((_, response) => void response.end());
    await open(url).send(testMessage(ORIGIN, Date.now()));
    expect(JSON.parse(seen[0]!.body.toString())).to.include({ test: true });
    expect(seen[0]!.body.toString()).to.match(/Test: this message means nothing/);
  });

  it('does not take a secret to where it is redirected', async () => {
    const other = await setting.server((_, response) => void response.end());
    for (const status of [301, 302, 307, 308]) {
      const { url } = await setting.server(
        (_, response) => void response.writeHead(status, { location: other.url }).end(),
      );
      expect(await refusalOf(open(url).send(MESSAGE))).to.have.property('code', 'notify-redirected');
    }
    expect(other.seen).to.deep.equal([]);
  });

  it('names what the receiver answers, and no address', async () => {
    for (const [status, code] of [
      [500, 'notify-refused'],
      [503, 'notify-refused'],
      [404, 'notify-refused'],
      [401, 'notify-credentials'],
      [403, 'notify-credentials'],
    ] as const) {
      const { url } = await setting.server((_, response) => void response.writeHead(status).end('hunter2'));
      const error = await refusalOf(open(`${url}/hunter2`).send(MESSAGE));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(String(status));
      expect(`${error.message}${error.remedy}${error.stack}`).not.to.match(/hunter2|127\.0\.0\.1:/);
      expect(error.cause).to.equal(undefined);
    }
  });

  it('does not wait for a receiver that stalls, before its answer or in it', async () => {
    const stalled = await setting.rawServer(() => {});
    const silent = await refusalOf(open(`http://127.0.0.1:${stalled}/`, { timeoutMs: 200 }).send(MESSAGE));
    expect(silent.code).to.equal('notify-timed-out');
    const { url } = await setting.server((_, response) => void response.writeHead(200).write('a'));
    const start = performance.now();
    await open(url, { timeoutMs: 50_000 }).send(MESSAGE);
    expect(performance.now() - start).to.be.lessThan(25_000);
  });

  it('says when nobody listens, or hangs up', async () => {
    const refused = await refusalOf(open('http://127.0.0.1:9/').send(MESSAGE));
    expect(refused.code).to.equal('notify-unreachable');
    expect(refused.message).to.include('ECONNREFUSED');
    const port = await setting.rawServer((socket) => void socket.once('data', () => socket.destroy()));
    expect((await refusalOf(open(`http://127.0.0.1:${port}/`).send(MESSAGE))).code).to.equal(
      'notify-unreachable',
    );
  });

  it('goes through a proxy that wants a password, with TLS to the end', async function () {
    needs(this, 'openssl');
    const pair = selfSigned(scratchFolder('webhook'), 'receiver');
    const { url, seen, port } = await setting.server((_, response) => void response.end(), pair);
    const proxy = await startProxy('user:pass');
    const through = { url: proxy.url, username: 'user', password: 'pass' };
    try {
      expect((await refusalOf(open(url, { proxy: through }).send(MESSAGE))).code).to.equal('notify-tls');
      await open(url, { proxy: through, ca: pair.certFile }).send(MESSAGE);
      expect(seen).to.have.length(1);
      expect(proxy.asked).to.include(`127.0.0.1:${port}`);
      const wrong = { ...through, password: 'hunter2' };
      const error = await refusalOf(open(url, { proxy: wrong, ca: pair.certFile }).send(MESSAGE));
      expect(error.message).not.to.include('hunter2');
    } finally {
      await proxy.close();
    }
  });

  it('can be checked without sending anything', async () => {
    const { url, seen } = await setting.server((_, response) => void response.writeHead(405).end());
    await open(url).check();
    expect(seen.map(({ method, body }) => [method, body.length])).to.deep.equal([['HEAD', 0]]);
    expect((await refusalOf(open('http://127.0.0.1:9/').check())).code).to.equal('notify-unreachable');
  });
});

describe('e-mail', () => {
  let pair: KeyPair;
  let sink: MailSink | undefined;
  const channels: Channel[] = [];
  before(function () {
    needs(this, 'openssl');
    pair = selfSigned(scratchFolder('mail'), 'localhost');
  });
  afterEach(async () => {
    await Promise.all(channels.splice(0).map((channel) => channel.close()));
    await sink?.close();
    sink = undefined;
  });
  const open = (other: Partial<Parameters<typeof openEmail>[0]> = {}): Channel => {
    const channel = openEmail({
      host: '127.0.0.1',
      port: sink!.port,
      security: 'starttls',
      ca: pair.certFile,
      username: 'mamori',
      password: 'secret',
      from: 'mamori@hospital.example',
      to: ['pacs@hospital.example', 'night@hospital.example'],
      timeoutMs: 2000,
      ...other,
    });
    channels.push(channel);
    return channel;
  };
  const tls = () => ({ key: pair.key, cert: pair.cert });

  it('goes out by STARTTLS, signed in, to everybody named', async () => {
    sink = await startMailSink(tls());
    await open().send(MESSAGE);
    expect(sink.mails).to.have.length(1);
    const [mail] = sink.mails;
    expect(mail).to.deep.include({
      from: 'mamori@hospital.example',
      to: ['pacs@hospital.example', 'night@hospital.example'],
      secure: true,
      user: 'mamori',
    });
    expect(mail!.raw).to.match(/^Subject: \[Mamori radiology-1\] Alarm: The disk fills\r?$/m);
    expect(mail!.raw).to.match(/^Auto-Submitted: auto-generated\r?$/m);
    expect(mail!.raw).to.match(/^What to do: Make room\.\r?$/m);
  });

  it('says for which addresses the server does not take it, and names none', async () => {
    sink = await startMailSink({
      ...tls(),
      onRcptTo: ({ address }, _session, done) =>
        done(
          /^night/i.test(address) ? Object.assign(new Error(`no ${address}`), { responseCode: 550 }) : null,
        ),
    });
    const shortfall = await open().send(MESSAGE);
    expect(shortfall).to.be.instanceOf(NotifyError).and.include({ code: 'notify-refused-in-part' });
    expect(shortfall!.message).to.contain('1 of the 2 addresses in notify.email.to (number 2)');
    expect(`${shortfall!.message}${shortfall!.remedy}`).not.to.contain('hospital.example');
    expect(sink.mails.map(({ to }) => to)).to.deep.equal([['pacs@hospital.example']]);
    const asWritten = await open({ to: ['Night@Hospital.Example', 'pacs@hospital.example'] }).send(MESSAGE);
    expect(asWritten!.message).to.contain('1 of the 2 addresses in notify.email.to (number 1)');
    const inGreek = await open({ to: ['night@νοσοκομείο.example', 'pacs@hospital.example'] }).send(MESSAGE);
    expect(inGreek!.message).to.contain('1 of the 2 addresses in notify.email.to.');
  });

  it('sends nothing in clear where the server has no STARTTLS', async () => {
    sink = await startMailSink({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
    });
    expect((await refusalOf(open().send(MESSAGE))).code).to.equal('notify-tls');
    expect([sink.mails, sink.tried]).to.deep.equal([[], []]);
  });

  it('trusts no certificate of an authority that it does not know', async () => {
    sink = await startMailSink(tls());
    expect((await refusalOf(open({ ca: undefined }).send(MESSAGE))).code).to.equal('notify-tls');
    expect([sink.mails, sink.tried]).to.deep.equal([[], []]);
  });

  it('speaks TLS from the start where it is told to', async () => {
    sink = await startMailSink({ ...tls(), secure: true });
    await open({ security: 'tls' }).send(MESSAGE);
    expect(sink.mails[0]).to.include({ secure: true });
  });

  it('goes out in clear, without a password, where the settings say so', async () => {
    sink = await startMailSink({ disabledCommands: ['STARTTLS', 'AUTH'] });
    await open({ security: 'off', username: undefined, password: undefined }).send(MESSAGE);
    expect(sink.mails[0]).to.include({ secure: false, user: undefined });
  });

  it('names wrong credentials, and not the password, even if the server does', async () => {
    sink = await startMailSink(tls());
    for (const act of [(mail: Channel) => mail.send(MESSAGE), (mail: Channel) => mail.check()]) {
      const error = await refusalOf(act(open({ password: 'hunter2' })));
      expect(error.code).to.equal('notify-credentials');
      expect(`${error.message}${error.remedy}${error.stack}`).not.to.include('hunter2');
    }
    expect(sink.mails).to.deep.equal([]);
  });

  it('names what the server does not take', async () => {
    const refuses = (address: string): Error & { responseCode: number } =>
      Object.assign(new Error(`no ${address}`), { responseCode: 550 });
    sink = await startMailSink({ ...tls(), onRcptTo: ({ address }, _, done) => done(refuses(address)) });
    const error = await refusalOf(open().send(MESSAGE));
    expect(error.code).to.equal('notify-refused');
    expect(error.message).to.include('550');
  });

  it('reaches those whom the server takes', async () => {
    sink = await startMailSink({
      ...tls(),
      onRcptTo: ({ address }, _, done) => done(address.startsWith('night') ? new Error('no') : null),
    });
    await open().send(MESSAGE);
    expect(sink.mails[0]!.to).to.deep.equal(['pacs@hospital.example']);
  });

  it('does not wait for a server that is silent, and says when there is none', async () => {
    const setting = new Setting();
    sink = await startMailSink(tls());
    try {
      const port = await setting.rawServer(() => {});
      expect((await refusalOf(open({ port, timeoutMs: 200 }).send(MESSAGE))).code).to.equal(
        'notify-timed-out',
      );
      expect((await refusalOf(open({ port: 9 }).send(MESSAGE))).code).to.equal('notify-unreachable');
    } finally {
      await setting.endAll();
    }
  });

  it('can be checked without sending anything', async () => {
    sink = await startMailSink(tls());
    await open().check();
    expect(sink.tried).to.deep.equal(['mamori:secret']);
    expect(sink.mails).to.deep.equal([]);
  });
});
