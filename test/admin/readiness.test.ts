import { once } from 'node:events';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { type AdminOptions, type AdminServer, startAdmin } from '../../src/admin/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { STATES } from './states.js';

describe('/health/ready, asked without a user where there are users', () => {
  let admin: AdminServer;
  let users: NonNullable<AdminOptions['users']>;
  let state: keyof typeof STATES = 'busy';

  before(async () => {
    users = [{ name: 'berta', role: 'see', passwordHash: await hashPassword('correct horse') }];
    admin = await startAdmin({ listen: { host: '127.0.0.1', port: 0 }, users }, async () => STATES[state]);
  });
  after(() => admin?.close());

  const ready = (headers: Record<string, string> = {}) =>
    fetch(new URL('health/ready', admin.url), { headers });

  it('tells an account of this machine whether it works, in kinds alone', async () => {
    state = 'busy';
    expect(await (await ready()).json()).to.deep.equal({
      status: 'ready',
      hindrances: [],
      pacs: { state: 'answers' },
    });
    state = 'trouble';
    const response = await ready();
    expect(response.status).to.equal(503);
    const { since, leftAlone } = STATES.trouble.pacs;
    expect(await response.json()).to.deep.equal({
      status: 'not ready',
      hindrances: ['pacs'],
      pacs: { state: 'away', since: since!.toISOString(), notAskedBefore: leftAlone!.until.toISOString() },
    });
    state = 'paused';
    const paused = await (await ready()).text();
    expect(paused).to.contain('"paused"').and.not.contain('anna').and.not.contain('upgrade');
    state = 'ledgerAway';
    expect(await (await ready()).text())
      .to.contain('"ledger"')
      .and.not.contain('db.hospital');
  });

  it('tells nobody who comes by a proxy, by another name of the machine, or with wrong credentials', async () => {
    state = 'trouble';
    for (const headers of [
      { 'x-forwarded-for': '192.0.2.7' },
      { via: '1.1 proxy' },
      { authorization: `Basic ${btoa('berta:wrong')}` },
    ] as Record<string, string>[])
      expect((await ready(headers)).status, JSON.stringify(headers)).to.equal(401);
    const { port } = new URL(admin.url);
    const sent = request({
      port,
      host: '127.0.0.1',
      path: '/health/ready',
      headers: { host: 'elsewhere.example' },
    });
    const [response] = (await once(sent.end(), 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    expect(response.statusCode).to.equal(401);
  });

  it('tells an account of this machine that asks at a fixed address, by that address alone', async function () {
    const own = Object.values(networkInterfaces()).flat();
    const address = own.find((one) => one?.internal === false && one.family === 'IPv4')?.address;
    if (address === undefined) return this.skip();
    const fixed = await startAdmin({ listen: { host: address, port: 0 }, users }, async () => STATES.busy);
    try {
      const { port } = new URL(fixed.url);
      const asked = async (host: string, more: Record<string, string> = {}) => {
        const headers = { host, ...more };
        const sent = request({ host: address, port, path: '/health/ready', headers });
        const [response] = (await once(sent.end(), 'response')) as [{ statusCode: number; resume(): void }];
        response.resume();
        return response.statusCode;
      };
      expect(await asked(`${address}:${port}`)).to.equal(200);
      // A page elsewhere may have its own name lead here.
      expect(await asked(`elsewhere.example:${port}`)).to.equal(401);
      expect(await asked(`${address}:${port}`, { 'x-forwarded-for': '192.0.2.7' })).to.equal(401);
    } finally {
      await fixed.close();
    }
  });

  it('tells no more than that anywhere else', async () => {
    for (const path of ['', 'health', 'metrics', 'api/v1/service'])
      expect((await fetch(new URL(path, admin.url))).status, path).to.equal(401);
  });
});
