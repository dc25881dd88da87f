import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type AuditLog, type AuditTrail, Forwarder, type SyslogOptions } from '../../src/audit/index.js';
import { type KeyPair, selfSigned, signedBy } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { type ReceiverOptions, type SyslogReceiver, syslogReceiver } from './syslogReceiver.js';
import { BY, EVENTS, linesIn, newFolder, openTrail, SILENT } from './trails.js';

describe('The audit trail by syslog', function () {
  this.timeout(60_000);
  let authority: KeyPair;
  let server: KeyPair;
  let client: KeyPair;
  let folder: string;
  let trail: AuditTrail;
  let receiver: SyslogReceiver | undefined;
  const open: Forwarder[] = [];

  before(function () {
    needs(this, 'rsyslogd', '/usr/share/doc/rsyslog-openssl', 'openssl');
    const certificates = scratchFolder('syslog');
    authority = selfSigned(certificates, 'authority');
    server = signedBy(authority, certificates, 'server');
    client = signedBy(authority, certificates, 'client');
  });
  beforeEach(async () => {
    folder = newFolder();
    trail = await openTrail(folder);
  });
  afterEach(async () => {
    for (const forwarder of open.splice(0)) await forwarder.close();
    await trail?.close();
    await receiver?.stop();
  });

  const forward = (options: Partial<SyslogOptions> = {}, log: AuditLog = SILENT): Forwarder => {
    const forwarder = new Forwarder(trail, { url: receiver!.url, ...options }, log);
    open.push(forwarder);
    return forwarder;
  };
  const messages = () => linesIn(folder).map((line) => line.slice(line.indexOf('<')));
  const until = async (isSo: () => boolean, seconds = 15) => {
    for (let tries = 0; !isSo() && tries < seconds * 10; tries++) await sleep(100);
    expect(isSo(), 'in time').to.equal(true);
  };
  const taken = () => receiver!.lines();

  const WAYS: Record<string, () => ReceiverOptions> = {
    'UDP (RFC 5426)': () => ({ protocol: 'udp' }),
    'TCP (RFC 6587)': () => ({ protocol: 'tcp' }),
    'TLS (RFC 5425)': () => ({ protocol: 'tls', tls: { authority, server } }),
    'TLS with a certificate of ours': () => ({
      protocol: 'tls',
      tls: { authority, server, wantsClient: true },
    }),
  };
  for (const [name, way] of Object.entries(WAYS))
    it(`arrives whole and in order by ${name}, as DICOM has it`, async () => {
      const { protocol, tls } = way();
      receiver = await syslogReceiver({ protocol, ...(tls && { tls }) });
      forward({
        tls: {
          ca: authority.certFile,
          ...(tls?.wantsClient && { cert: client.certFile, key: client.keyFile }),
        },
      });
      for (const event of EVENTS) trail.record(event);
      await trail.written();
      await until(() => taken().length >= EVENTS.length);
      expect(taken().map(({ message }) => message)).to.deep.equal(messages());
      expect(taken()[0]!.head).to.equal('85 DICOM+RFC3881 [meta sequenceId="1"]');
      expect(taken().at(-1)!.head).to.contain(`sequenceId="${EVENTS.length}"`);
    });

  it('goes to no receiver whose certificate nobody vouches for', async () => {
    receiver = await syslogReceiver({ protocol: 'tls', tls: { authority, server } });
    const forwarder = forward();
    trail.record(EVENTS[0]!);
    await until(() => forwarder.trouble !== undefined);
    expect(forwarder.trouble).to.include({ code: 'audit-syslog' });
    await forwarder.close();
    expect(taken()).to.deep.equal([]);
  });

  it('waits in the file while the receiver is away, says so once, holds nobody up, and arrives after', async () => {
    receiver = await syslogReceiver({ protocol: 'tcp' });
    const said: string[] = [];
    const log: AuditLog = {
      info: (_, message) => void said.push(message),
      warn() {},
      error: (_, message) => void said.push(message),
    };
    const forwarder = forward({}, log);
    await trail.recordNow(EVENTS[0]!);
    await until(() => taken().length === 1);
    await receiver.stop();
    await until(() => forwarder.trouble !== undefined);
    const start = performance.now();
    for (let number = 0; number < 20; number++)
      await trail.recordNow({ act: 'used', what: 'retry', by: BY, detail: String(number) });
    // With nobody there to take them, whoever waited for that would never come here; nor does anybody pause for it.
    expect(performance.now() - start).to.be.lessThan(20_000);
    await receiver.start();
    await until(() => taken().some(({ head }) => head.includes('sequenceId="21"')), 30);
    const numbers = new Set(taken().map(({ head }) => Number(/"(\d+)"/.exec(head)?.[1])));
    expect([...numbers].sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 21 }, (_, at) => at + 1));
    await until(() => forwarder.trouble === undefined);
    expect(said).to.deep.equal([
      'The audit trail is not sent on; it is written here',
      'The audit trail is sent on again',
    ]);
  });

  it('goes on after a restart where it stopped, with what other processes wrote', async () => {
    receiver = await syslogReceiver({ protocol: 'tcp' });
    await trail.recordNow(EVENTS[0]!);
    await forward().close();
    await until(() => taken().length === 1);
    const other = await openTrail(folder);
    await other.recordNow(EVENTS[1]!);
    await other.close();
    await forward().close();
    await until(() => taken().length === 2);
    expect(taken().map(({ message }) => message)).to.deep.equal(messages());
  });
});
