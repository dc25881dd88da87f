import { expect } from 'chai';
import type { Bundle } from '../../../src/model/index.js';
import { json } from '../../dicomweb/scriptedServer.js';
import { Setting } from '../../dicomweb/setting.js';
import { smallBundle } from '../../model/bundles.js';
import { type MailSink, startMailSink } from '../../notify/mailSink.js';
import { type KeyPair, selfSigned } from '../../pacs/certificates.js';
import { needs } from '../../parts.js';
import { scratchFolder } from '../../scratch.js';
import { resultOf, visit } from './surgery.js';

describe('mamori doctor, on notification', () => {
  const setting = new Setting();
  let bundle: Bundle;
  let pair: KeyPair;
  let sink: MailSink;
  let pacs: string;

  before(async function () {
    needs(this, 'openssl');
    bundle = await smallBundle();
    pair = selfSigned(scratchFolder('mail'), 'localhost');
  });
  beforeEach(async () => {
    sink = await startMailSink({ key: pair.key, cert: pair.cert });
    pacs = (await setting.server((_, response) => json(response, []))).url;
  });
  afterEach(async () => {
    await sink.close();
    await setting.endAll();
  });

  const email = (password: string) =>
    `  email: { host: 127.0.0.1, port: ${sink.port}, ca: ${JSON.stringify(pair.certFile)}, username: mamori,
    password: ${password}, from: mamori@hospital.example, to: night@hospital.example }`;
  const asked = async (lines: string, notify = false) =>
    resultOf(await visit(bundle, { url: pacs, more: `notify:\n${lines}`, notify }), 'notify');

  it('says that nobody is told', async () => {
    const result = resultOf(await visit(bundle, { url: pacs }), 'notify');
    expect(result).to.include({ state: 'ok' });
    expect(result.says).to.match(/^nobody is told/);
  });

  it('signs in at the mail server and sends nothing, unless asked', async () => {
    const receiver = await setting.server((_, response) => void response.end());
    const lines = `${email('secret')}\n  webhook: { url: ${JSON.stringify(receiver.url)} }`;
    expect(await asked(lines)).to.include({ state: 'ok' });
    expect(sink.tried).to.deep.equal(['mamori:secret']);
    expect(sink.mails).to.deep.equal([]);

    const sent = await asked(lines, true);
    expect(sent.says).to.match(/test message was taken by the webhook's receiver and the mail server/);
    expect(sink.mails[0]!.raw).to.match(/^Subject: .*Test: this message means nothing/m);
    expect(JSON.parse(receiver.seen.at(-1)!.body.toString())).to.include({ test: true });
  });

  it('finds an address that the mail server does not know', async () => {
    await sink.close();
    sink = await startMailSink({
      key: pair.key,
      cert: pair.cert,
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('gone') ? Object.assign(new Error('no'), { responseCode: 550 }) : null),
    });
    const both = email('secret').replace('night@hospital.example', '[night@h.example, gone@h.example]');
    const result = await asked(both, true);
    expect(result).to.include({ state: 'failure' });
    expect(result.says).to.match(/1 of the 2 addresses in notify\.email\.to \(number 2\)/);
    expect(sink.mails).to.have.length(1);
  });

  it('finds a wrong password, and a receiver that does not take the message', async () => {
    const wrong = await asked(email('hunter2'));
    expect(wrong).to.include({ state: 'failure' });
    expect(wrong.says)
      .to.match(/refuses us/)
      .and.not.match(/hunter2/);
    const receiver = await setting.server((_, response) => void response.writeHead(404).end());
    const refused = await asked(`  webhook: { url: "${receiver.url}/hunter2" }`, true);
    expect(refused).to.include({ state: 'failure' });
    expect(`${refused.says}${refused.remedy}`)
      .to.match(/404/)
      .and.not.match(/hunter2/);
  });
});
