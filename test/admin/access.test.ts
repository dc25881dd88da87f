import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { type AccessEvent, type AdminOptions, type AdminServer, startAdmin } from '../../src/admin/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { selfSigned } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';
import { Browser } from './browserSession.js';
import { quietState } from './quietState.js';

const PASSWORD = 'correct horse battery';

describe('the door of the status page', () => {
  let admin: AdminServer | undefined;
  let events: AccessEvent[];
  let users: NonNullable<AdminOptions['users']>;
  before(async () => {
    const passwordHash = await hashPassword(PASSWORD);
    users = [
      { name: 'seer', role: 'see', passwordHash },
      { name: 'doer', role: 'act', passwordHash },
    ];
  });
  const open = async (options: Partial<AdminOptions> = {}): Promise<Browser> => {
    events = [];
    admin = await startAdmin(
      { listen: { host: '127.0.0.1', port: 0 }, users, onAccess: (event) => events.push(event), ...options },
      async () => quietState(),
    );
    return new Browser(admin.url);
  };
  afterEach(async () => {
    await admin?.close();
    admin = undefined;
  });
  const kinds = () => events.map(({ kind, user }) => `${kind} ${user}`);

  describe('with a password', () => {
    it('sends a browser to sign in, and then to where it wanted to go', async () => {
      const browser = await open();
      const first = await browser.get('/exams?state=failed');
      expect(first.status).to.equal(303);
      expect(first.headers.get('location')).to.equal('/sign-in?to=%2Fexams%3Fstate%3Dfailed');
      const page = await (await browser.get(first.headers.get('location')!)).text();
      expect(page).to.contain('autocomplete="current-password"').and.contain('value="/exams?state=failed"');
      const signedIn = await browser.signIn('doer', PASSWORD, '/exams?state=failed');
      expect(signedIn.status).to.equal(303);
      expect(signedIn.headers.get('location')).to.equal('/exams?state=failed');
      expect((await browser.get('/')).status).to.equal(200);
      expect(kinds()).to.deep.equal(['signed-in doer']);
    });

    it('takes a password of 128 letters of any writing', async () => {
      const letters = Array.from({ length: 128 }, (_, index) => String.fromCodePoint(0x1f300 + 7 * index));
      const passwordHash = await hashPassword(letters.join(''));
      const name = '乳'.repeat(64);
      const browser = await open({ users: [{ name, role: 'see', passwordHash }] });
      const to = `/exams?code=${'x'.repeat(480)}`;
      expect((await browser.signIn(name, letters.join(''), to)).headers.get('location')).to.equal(to);
    });

    it('sends nobody to another site', async () => {
      const browser = await open();
      for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example', '/a\r\nb', '/sign-in'])
        expect((await browser.signIn('doer', PASSWORD, to)).headers.get('location'), to).to.equal('/');
    });

    it('gives a cookie that scripts and other sites cannot use, new with each sign-in', async () => {
      const browser = await open();
      const cookies = [];
      for (let round = 0; round < 2; round++) {
        const response = await browser.signIn('doer', PASSWORD);
        const cookie = response.headers.getSetCookie()[0]!;
        expect(cookie)
          .to.match(/^mamori=/)
          .and.match(/; HttpOnly/)
          .and.match(/; SameSite=Lax/);
        cookies.push(cookie.split(';')[0]);
      }
      expect(cookies[0]).not.to.equal(cookies[1]);
      const old = new Browser(admin!.url);
      old.cookie = cookies[0];
      expect((await old.get('/')).status, 'the one before').to.equal(303);
    });

    it('takes no cookie that somebody planted', async () => {
      const victim = await open();
      victim.cookie = 'mamori=s%3Aplanted.signature';
      const response = await victim.signIn('doer', PASSWORD);
      expect(response.headers.getSetCookie()[0]).not.to.contain('planted');
    });

    it('ends a session when its owner signs out', async () => {
      const browser = await open();
      await browser.signIn('doer', PASSWORD);
      const kept = browser.cookie;
      expect((await browser.post('/sign-out')).headers.get('location')).to.equal('/sign-in');
      browser.cookie = kept;
      expect((await browser.get('/')).status).to.equal(303);
      expect(kinds()).to.deep.equal(['signed-in doer', 'signed-out doer']);
    });

    it('says the same of a wrong password and of somebody unknown', async () => {
      const browser = await open();
      const pages = [];
      for (const name of ['doer', 'nobody']) {
        const response = await browser.signIn(name, 'wrong');
        expect(response.status).to.equal(401);
        pages.push(await response.text());
      }
      expect(pages[0]).to.equal(pages[1]);
      expect(kinds()).to.deep.equal(['refused doer', 'refused unknown']);
    });

    it('holds off whoever guesses, although 200 guesses come at once', async function () {
      this.timeout(60_000);
      const browser = await open();
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) => browser.signIn('doer', `guess ${index}`)),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 401)).to.have.length.below(6);
      const held = answers.find(({ status }) => status === 429)!;
      expect(Number(held.headers.get('retry-after'))).to.be.above(0);
      let told = statuses.filter((status) => status === 429).length;
      for (let round = 0; round < 6; round++)
        if ((await browser.signIn('doer', 'wrong')).status === 429) told++;
      const right = await browser.signIn('doer', PASSWORD);
      expect(right.status, 'the right one, while held off').to.equal(429);
      expect(await right.text()).to.contain('Too many wrong passwords');
      // The others find no place, or come when it is known that somebody guesses: that is told of each.
      const rest = statuses.filter((status) => status === 503 || status === 429);
      expect(rest).to.have.length.above(194);
      expect(events.filter(({ kind }) => kind === 'held-off')).to.have.lengthOf(told + 1);
      expect(JSON.stringify(events)).not.to.contain('guess');
      // A program's header is a guess like any other.
      const header = `Basic ${Buffer.from('doer:wrong').toString('base64')}`;
      const program = await fetch(admin!.url, { headers: { authorization: header } });
      expect(program.status).to.equal(429);
    });
  });

  it('takes the right password from several programs at once', async function () {
    this.timeout(30_000);
    const several = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ ...users[0]!, name }));
    await open({ users: several });
    const answers = await Promise.all(
      several.map(({ name }) => {
        const authorization = `Basic ${Buffer.from(`${name}:${PASSWORD}`).toString('base64')}`;
        return fetch(`${admin!.url}health`, { headers: { authorization } });
      }),
    );
    expect(answers.map(({ status }) => status)).to.deep.equal(several.map(() => 200));
  });

  it('tells once of a program that comes in by its header, and of another, not with each request', async () => {
    await open();
    for (const user of ['seer', 'seer', 'doer', 'seer']) {
      const authorization = `Basic ${Buffer.from(`${user}:${PASSWORD}`).toString('base64')}`;
      // As other text it is another header of the same user.
      for (const header of [authorization, authorization.replace('Basic ', 'basic  ')])
        expect((await fetch(`${admin!.url}health`, { headers: { authorization: header } })).status).to.equal(
          200,
        );
    }
    expect(events.map(({ kind, user, by }) => `${kind} ${user} ${by}`)).to.deep.equal([
      'signed-in seer basic',
      'signed-in doer basic',
    ]);
  });

  describe('of those who are signed in', () => {
    const handles = (page: string) =>
      [...page.matchAll(/name="session" value="([^"]+)"/g)].map(([, one]) => one!);
    const listOf = async (browser: Browser) => (await browser.get('/sessions')).text();
    const end = (browser: Browser, session: string) =>
      browser.post('/sign-out/session', new URLSearchParams({ session }));

    it('shows whoever may act all, and ends any of them; others their own alone', async () => {
      const doer = await open();
      const [seer, again] = [new Browser(admin!.url), new Browser(admin!.url)];
      for (const [browser, name] of [
        [seer, 'seer'],
        [again, 'seer'],
        [doer, 'doer'],
      ] as const)
        await browser.signIn(name, PASSWORD);
      const all = await listOf(doer);
      expect(all).to.contain('doer (you, here)').and.contain('127.0.0.1');
      expect(handles(all)).to.have.lengthOf(3);
      const own = handles(await listOf(seer));
      expect(own).to.have.lengthOf(2);
      const [doers] = handles(all).filter((one) => !own.includes(one));
      expect((await end(seer, doers!)).status, 'not theirs').to.equal(404);
      expect((await doer.get('/')).status).to.equal(200);
      for (const one of own) expect((await end(doer, one)).status).to.equal(303);
      expect([(await seer.get('/')).status, (await again.get('/')).status]).to.deep.equal([303, 303]);
      expect((await end(doer, own[0]!)).status, 'no longer there').to.equal(404);
      expect(handles(await listOf(doer))).to.deep.equal([doers]);
      expect(events.slice(3)).to.have.lengthOf(2);
      expect(events[3]).to.include({ kind: 'session-ended', user: 'doer', of: 'seer', by: 'password' });
    });

    it('tells nothing that lets anybody into a session, and takes no order from elsewhere', async () => {
      const doer = await open();
      await doer.signIn('doer', PASSWORD);
      const page = await listOf(doer);
      const id = decodeURIComponent(doer.cookie!)
        .replace(/^mamori=s:/, '')
        .split('.')[0]!;
      expect(page).not.to.contain(id);
      const from = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' };
      expect((await doer.send('/sign-out/session', from)).status).to.equal(403);
      expect((await new Browser(admin!.url).get('/sessions')).status, 'nobody').to.equal(303);
    });
  });

  describe('with two roles', () => {
    it('takes orders from those alone who may act', async () => {
      const browser = await open({ desk: undeskedOrders() });
      await browser.signIn('seer', PASSWORD);
      expect((await browser.get('/')).status).to.equal(200);
      expect((await browser.post('/api/v1/pause')).status).to.equal(403);
      await browser.signIn('doer', PASSWORD);
      expect((await browser.post('/api/v1/pause')).status).not.to.equal(403);
      expect(kinds()).to.deep.equal(['signed-in seer', 'forbidden seer', 'signed-in doer']);
    });

    it('takes no order that another site has a browser send', async () => {
      const browser = await open({ desk: undeskedOrders() });
      await browser.signIn('doer', PASSWORD);
      const foreign: Record<string, string>[] = [
        { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
        // A browser always says one of the two with an order.
        {},
      ];
      for (const headers of foreign) {
        expect((await browser.send('/api/v1/pause', headers)).status, JSON.stringify(headers)).to.equal(403);
        expect((await browser.send('/sign-out', headers)).status).to.equal(403);
      }
      expect((await browser.get('/')).status).to.equal(200);
    });

    it('takes an order from a program, by its header', async () => {
      await open({ desk: undeskedOrders() });
      const authorization = `Basic ${Buffer.from(`doer:${PASSWORD}`).toString('base64')}`;
      const url = new URL('/api/v1/pause', admin!.url);
      const response = await fetch(url, { method: 'POST', headers: { authorization } });
      expect(response.status).not.to.be.oneOf([401, 403]);
    });
  });

  describe('without users', () => {
    it('lets in this machine, and no name that points to it from elsewhere', async () => {
      const browser = await open({ users: [] });
      expect((await browser.get('/')).status).to.equal(200);
      const rebound = await browser.sendTo('evil.example', '/');
      expect(rebound).to.equal(421);
    });

    it('lets in nobody where others can reach it', async () => {
      const browser = await open({ users: [], listen: { host: '0.0.0.0', port: 0 } });
      browser.at('127.0.0.1');
      expect((await browser.get('/')).status).to.equal(303);
      expect((await browser.get('/health/live')).status).to.equal(200);
      expect((await browser.get('/health')).status).to.be.oneOf([303, 401]);
    });
  });

  describe('behind a proxy that does https', () => {
    it('believes it alone, and is reached by it alone', async () => {
      const browser = await open({ proxy: { addresses: ['127.0.0.1'] } });
      expect((await browser.get('/')).status, 'by http').to.equal(403);
      expect((await browser.get('/health/live')).status).to.equal(200);
      browser.extra = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' };
      const response = await browser.signIn('doer', PASSWORD);
      expect(response.headers.getSetCookie()[0]).to.match(/^__Host-mamori=.*; Secure/);
      expect(response.headers.get('strict-transport-security'), 'holds for all ports').to.equal(null);
      expect((await browser.get('/')).status).to.equal(200);
      expect(events[0]!.address).to.equal('192.0.2.7');
    });

    it('binds browsers to https for as long as it is told to', async () => {
      for (const [hsts, header] of [
        [true, 'max-age=31536000'],
        [300, 'max-age=300'],
        [false, null],
      ] as const) {
        const browser = await open({ proxy: { addresses: ['127.0.0.1'] }, hsts });
        const { headers } = await browser.get('/health/live');
        expect(headers.get('strict-transport-security')).to.equal(header);
        await admin!.close();
      }
    });

    it('believes nobody else', async () => {
      const browser = await open({ proxy: { addresses: ['192.0.2.1'] } });
      browser.extra = { 'x-forwarded-proto': 'https' };
      expect((await browser.get('/')).status).to.equal(403);
    });
  });

  describe('with a certificate of its own', () => {
    it('is reached by https', async function () {
      needs(this, 'openssl');
      this.timeout(20_000);
      const folder = scratchFolder('admin-tls');
      const { certFile: cert, keyFile: key } = selfSigned(folder, 'first');
      await open({ tls: { cert, key } });
      expect(admin!.url).to.match(/^https:/);
      expect(await subjectAt(admin!.url)).to.equal('first');
    });

    it('is not served with a file that is none', async function () {
      needs(this, 'openssl');
      const folder = scratchFolder('admin-tls-bad');
      const { certFile, keyFile } = selfSigned(folder, 'bad');
      writeFileSync(keyFile, 'no key');
      const error = await open({ tls: { cert: certFile, key: keyFile } }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.have.property('code', 'admin-tls');
    });
  });
});

async function subjectAt(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const subject = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return String(subject);
}

/** A desk that nobody gets to in these tests: an order that comes through fails on it. */
function undeskedOrders(): NonNullable<AdminOptions['desk']> {
  return {} as NonNullable<AdminOptions['desk']>;
}
