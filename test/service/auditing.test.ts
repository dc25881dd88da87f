import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type AdminServer, startAdmin } from '../../src/admin/index.js';
import { type AuditTrail, auditEntries } from '../../src/audit/index.js';
import { defaultSettings, type Settings } from '../../src/config/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { openAudit } from '../../src/service/auditing.js';
import { accessInto } from '../../src/service/index.js';
import { quietState } from '../admin/quietState.js';
import { newFolder, openTrail, SILENT } from '../audit/trails.js';
import { scratchFolder } from '../scratch.js';
import { setClockAhead } from '../steppedClock.js';

describe('Users of the settings', () => {
  it('are named in the audit trail when they come, go, or have another role or password', async () => {
    const folder = scratchFolder('audited-users');
    const hash = (letter: string) => `scrypt:16384:8:5:${letter.repeat(22)}:${letter.repeat(43)}`;
    const startsWith = async (users: Settings['admin']['users']) => {
      const usual = defaultSettings('https://pacs.example/dicom-web');
      const settings = { ...usual, admin: { ...usual.admin, users }, audit: { ...usual.audit, folder } };
      await (await openAudit(settings, SILENT as never)).close();
    };
    const [ana, ben] = [
      { name: 'ana', role: 'act' as const, passwordHash: hash('a') },
      { name: 'ben', role: 'see' as const, passwordHash: hash('b') },
    ];
    await startsWith([ana, ben]);
    await startsWith([ben, ana]);
    const changes = async () =>
      (await auditEntries(folder, { limit: 100 })).filter(({ about }) => /admin/.test(about.join()));
    expect(await changes(), 'in another order').to.deep.equal([]);
    await startsWith([
      { ...ben, role: 'act', passwordHash: hash('c') },
      { ...ana, name: 'Hash Nguyễn' },
    ]);
    const [entry, ...others] = await changes();
    expect(others).to.deep.equal([]);
    expect(entry?.event).to.equal('Security Alert');
    expect(entry?.types).to.include.members(['Security Roles Changed', 'User Security Attributes Changed']);
    expect(entry?.about).to.have.members([
      'admin.users.ben.role: see → act',
      'admin.users.ben.passwordHash changed',
      'admin.users.ana.role: act → (none)',
      'admin.users.ana.passwordHash removed',
      'admin.users.Hash Nguyễn.role: (none) → act',
      'admin.users.Hash Nguyễn.passwordHash set',
    ]);
    const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'));
    for (const letter of ['a', 'b', 'c']) expect(written.join()).not.to.contain(letter.repeat(22));
  });
});

describe('What happens at the door of the status page', function () {
  this.timeout(60_000);
  let folder: string;
  let trail: AuditTrail;
  let admin: AdminServer;

  before(async () => {
    folder = newFolder();
    trail = await openTrail(folder);
    const passwordHash = await hashPassword('a password of words');
    admin = await startAdmin(
      {
        listen: { host: '127.0.0.1', port: 0 },
        users: [
          { name: 'doer', role: 'act', passwordHash },
          { name: 'looker', role: 'see', passwordHash },
        ],
        desk: {} as never,
        onAccess: accessInto(trail),
      },
      async () => quietState(),
    );
  });
  after(async () => {
    await admin?.close();
    await trail?.close();
  });

  const signIn = (name: string, password: string) =>
    fetch(`${admin.url}sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: admin.url.replace(/\/$/, ''), 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ name, password, to: '/' }),
    });

  it('stands in the audit trail: who came in, who was refused, who was not let', async () => {
    expect((await signIn('doer', 'a password of words')).status).to.equal(303);
    expect((await signIn('doer', 'another')).status).to.equal(401);
    const credentials = Buffer.from('looker:a password of words').toString('base64');
    const order = await fetch(`${admin.url}api/v1/pause`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(order.status).to.equal(403);
    await trail.written();
    const entries = await auditEntries(folder, { limit: 10 });
    expect(entries.map(({ by, types, failure }) => [by, types.at(-1), failure])).to.deep.equal([
      ['doer', 'Login', undefined],
      ['doer', 'Login', 'refused (password)'],
      ['looker', 'Login', undefined],
      ['looker', 'order', 'without the right (basic)'],
    ]);
  });

  it('says who ended whose session', async () => {
    const note = accessInto(trail, () => 0);
    note({ kind: 'session-ended', user: 'doer', of: 'looker', address: '192.0.2.1', by: 'password' });
    await trail.written();
    const entry = (await auditEntries(folder, { limit: 1 }))[0];
    expect([entry?.by, entry?.types.at(-1), entry?.about]).to.deep.equal([
      'doer',
      'end-session',
      ['end-session: of looker'],
    ]);
  });

  it('names which person of which provider it was, whatever a user here is called', async () => {
    const note = accessInto(trail, () => 0);
    const identity = 'https://login.stmary.example/realms/staff#f3a1';
    for (const kind of ['signed-in', 'signed-out', 'forbidden'] as const) {
      note({ kind, user: 'doer', address: '192.0.2.1', by: 'oidc', identity });
      note({ kind, user: 'doer', address: '192.0.2.1', by: 'password' });
    }
    await trail.written();
    const entries = (await auditEntries(folder, { limit: 6 })).map(({ by, failure }) => [by, failure]);
    const both = [
      [`doer/${identity}`, undefined],
      ['doer', undefined],
    ];
    expect(entries).to.deep.equal([
      ...both,
      ...both,
      [`doer/${identity}`, 'without the right (oidc)'],
      ['doer', 'without the right (password)'],
    ]);
  });

  it('fills no disk, however often somebody is held off', async () => {
    let now = 0;
    const note = accessInto(trail, () => now);
    const before = (await auditEntries(folder, { limit: 100 })).length;
    for (let guess = 0; guess < 500; guess++)
      note({ kind: 'held-off', user: `somebody ${guess}`, address: '192.0.2.9', by: 'password' });
    now += 61_000;
    note({ kind: 'held-off', user: 'somebody', address: '192.0.2.9', by: 'password' });
    await trail.written();
    expect(await auditEntries(folder, { limit: 100 })).to.have.lengthOf(before + 2);
  });

  it('fills no disk, however often a provider says no or somebody orders without the right', async () => {
    let now = 0;
    const note = accessInto(trail, () => now);
    const before = (await auditEntries(folder, { limit: 100 })).length;
    const round = () => {
      for (let time = 0; time < 200; time++) {
        note({ kind: 'refused', user: 'unknown', address: '192.0.2.9', by: 'oidc' });
        for (const user of ['ana', 'ben'])
          note({ kind: 'forbidden', user, address: '192.0.2.9', by: 'basic' });
      }
    };
    round();
    now += 61_000;
    round();
    await trail.written();
    expect(await auditEntries(folder, { limit: 1000 })).to.have.lengthOf(before + 6);
  });

  it('goes by a clock that nobody sets: with one set back nobody would be noted for as long', async () => {
    const before = (await auditEntries(folder, { limit: 100 })).length;
    try {
      setClockAhead(1);
      const note = accessInto(trail);
      for (const ahead of [0, 1, 2]) {
        setClockAhead(1 + ahead * 3_600_000);
        note({ kind: 'held-off', user: 'somebody', address: '192.0.2.9', by: 'password' });
      }
    } finally {
      setClockAhead(0);
    }
    await trail.written();
    expect(await auditEntries(folder, { limit: 100 })).to.have.lengthOf(before + 1);
  });

  it('still tells of somebody with an account while others come from many addresses', async () => {
    const note = accessInto(trail, () => 0);
    const before = (await auditEntries(folder, { limit: 10_000 })).length;
    for (let one = 0; one < 1200; one++)
      note({ kind: 'refused', user: 'unknown', address: `2001:db8::${one}`, by: 'oidc' });
    note({ kind: 'forbidden', user: 'ana', address: '192.0.2.9', by: 'basic' });
    await trail.written();
    expect(await auditEntries(folder, { limit: 10_000 })).to.have.lengthOf(before + 1001);
  });
});
