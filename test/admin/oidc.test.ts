import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import OidcProvider from 'oidc-provider';
import { chromium } from 'playwright-core';
import { type AccessEvent, type AdminServer, type Person, startAdmin } from '../../src/admin/index.js';
import { hashPassword } from '../../src/passwordHash.js';
import { freePort } from '../freePort.js';
import { Browser } from './browserSession.js';
import { quietState } from './quietState.js';

const GROUPS: Record<string, string[]> = { ana: ['pacs-admins'], ben: ['radiology'], carl: ['kitchen'] };

/** The hospital's provider, a real one, and a page that signs in there. */
describe('signing in at an OpenID provider', () => {
  let provider: Server;
  let issuer: string;
  let admin: AdminServer;
  let callbacks: string[];
  let events: AccessEvent[];
  let ordered: Person[];

  beforeEach(async () => {
    callbacks = [];
    events = [];
    ordered = [];
    provider = createServer();
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    await start('secret-of-the-client');
    provider.on('request', providerFor(issuer, callbacks).callback());
  });
  afterEach(async () => {
    await admin.close();
    provider.closeAllConnections();
    provider.close();
  });

  /** The page's own address has to be known to its settings before it listens. */
  async function start(clientSecret: string): Promise<void> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    callbacks.push(`${url}/sign-in/oidc/callback`);
    const passwordHash = await hashPassword('a password of words');
    const roles = { claim: 'groups', see: ['radiology'], act: ['pacs-admins'] };
    admin = await startAdmin(
      {
        listen: { host: '127.0.0.1', port },
        oidc: { issuer, clientId: 'mamori', clientSecret, url, scope: 'openid profile', roles },
        users: [{ name: 'ana', role: 'act', passwordHash }],
        desk: { goOn: async (by: Person) => void ordered.push(by) } as never,
        onAccess: (event) => events.push(event),
      },
      async () => quietState(),
    );
  }

  /** Follows a person through the provider's own sign-in pages, back to ours. */
  async function signIn(
    browser: Browser,
    login: string,
    from = '/sign-in/oidc?to=/exams',
  ): Promise<Response> {
    const there = new Browser(issuer);
    let response = await browser.get(from);
    for (let step = 0; step < 12; step++) {
      const location = response.headers.get('location');
      if (location?.startsWith(admin.url)) return browser.get(pathOf(location));
      if (location !== null) response = await there.get(pathOf(new URL(location, issuer).href));
      else {
        const page = await response.text();
        const action = /action="([^"]+)"/.exec(page)?.[1];
        if (action === undefined) throw new Error(`no form to go on with: ${page.slice(0, 200)}`);
        const prompt = page.includes('name="login"') ? 'login' : 'consent';
        const fields = { prompt, ...(prompt === 'login' && { login, password: 'any' }) };
        response = await there.post(pathOf(new URL(action, issuer).href), new URLSearchParams(fields));
      }
    }
    throw new Error('the provider leads nowhere');
  }

  it('gives the role that a group has, and comes back to where it began', async function () {
    this.timeout(30_000);
    const browser = new Browser(admin.url);
    expect(await (await browser.get('/sign-in')).text()).to.contain('href="/sign-in/oidc');
    const back = await signIn(browser, 'ben');
    expect([back.status, back.headers.get('location')]).to.deep.equal([303, '/exams']);
    expect((await browser.get('/')).status).to.equal(200);
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ kind: 'signed-in', user: 'ben', by: 'oidc', identity: `${issuer}#ben` });
    const out = await browser.post('/sign-out');
    expect(await out.text(), 'goes on to end the session there too').to.contain(
      `href="${issuer}/session/end?`,
    );
    expect((await browser.get('/')).status).to.equal(303);
    expect(events[1]).to.include({ kind: 'signed-out', user: 'ben', by: 'oidc', identity: `${issuer}#ben` });
  });

  it('says of an order which person of which provider gave it, whatever a user here is called', async function () {
    this.timeout(30_000);
    const browser = new Browser(admin.url);
    await signIn(browser, 'ana');
    expect((await browser.post('/api/v1/go-on')).status).to.equal(200);
    const credentials = Buffer.from('ana:a password of words').toString('base64');
    const order = await fetch(`${admin.url}api/v1/go-on`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
    });
    expect(order.status).to.equal(200);
    const [there, here] = ordered;
    expect(there).to.include({ name: 'ana', by: 'oidc', identity: `${issuer}#ana` });
    expect(here).to.include({ name: 'ana', by: 'basic' }).and.not.have.property('identity');
  });

  it('signs out there too, in a browser that keeps to the policy', async function () {
    this.timeout(90_000);
    const chrome = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    try {
      const page = await chrome.newPage();
      await page.goto(`${admin.url}sign-in`);
      await page.click('a[href^="/sign-in/oidc"]');
      await page.fill('input[name=login]', 'ben');
      await page.fill('input[name=password]', 'any');
      await page.click('button[type=submit]');
      await page.click('button[type=submit]');
      await page.waitForURL(admin.url);
      await page.evaluate(`document.body.innerHTML = '<form method="post" action="/sign-out"></form>'`);
      await page.evaluate(`document.forms[0].submit()`);
      await page.waitForURL(new RegExp(`^${issuer}/session/end`));
      expect(events.map(({ kind }) => kind)).to.deep.equal(['signed-in', 'signed-out']);
    } finally {
      await chrome.close();
    }
  });

  it('lets in nobody whose groups have no right', async function () {
    this.timeout(30_000);
    const browser = new Browser(admin.url);
    const back = await signIn(browser, 'carl');
    expect(back.status).to.equal(403);
    expect(await back.text()).to.contain('has no right here');
    expect((await browser.get('/')).status).to.equal(303);
  });

  it('takes no answer that this browser did not ask for', async function () {
    this.timeout(30_000);
    const [victim, attacker] = [new Browser(admin.url), new Browser(admin.url)];
    const asked = await attacker.get('/sign-in/oidc');
    const state = new URL(asked.headers.get('location')!).searchParams.get('state')!;
    const forged = `/sign-in/oidc/callback?code=abc&state=${state}&iss=${encodeURIComponent(issuer)}`;
    expect((await victim.get(forged)).headers.get('location')).to.equal('/sign-in');
    await victim.get('/sign-in/oidc');
    expect((await victim.get(forged)).status).to.equal(401);
    expect((await victim.get('/')).status).to.equal(303);
  });

  it('holds off an address whose answers are wrong again and again', async function () {
    this.timeout(30_000);
    const browser = new Browser(admin.url);
    const statuses: number[] = [];
    for (let time = 0; time < 25; time++) {
      await browser.get('/sign-in/oidc');
      const forged = `/sign-in/oidc/callback?code=abc&state=wrong&iss=${encodeURIComponent(issuer)}`;
      statuses.push((await browser.get(forged)).status);
    }
    expect(statuses.filter((status) => status === 401)).to.have.lengthOf(20);
    const held = await browser.get('/sign-in/oidc');
    expect(held.status).to.equal(429);
    expect(Number(held.headers.get('retry-after'))).to.be.within(1, 30);
    expect(events.filter(({ kind }) => kind === 'refused')).to.have.lengthOf(20);
    expect(events.at(-1)).to.include({ kind: 'held-off', user: 'unknown', by: 'oidc' });
  });

  it('says that the provider cannot be asked, and asks again', async function () {
    this.timeout(30_000);
    const browser = new Browser(admin.url);
    const listeners = provider.listeners('request') as ((...given: unknown[]) => void)[];
    provider.removeAllListeners('request');
    provider.on('request', (_, response) => response.writeHead(500).end());
    const away = await browser.get('/sign-in/oidc');
    expect(away.status).to.equal(503);
    expect(await away.text()).to.contain('cannot be asked');
    provider.removeAllListeners('request');
    for (const listener of listeners) provider.on('request', listener);
    expect((await signIn(browser, 'ana')).status).to.equal(303);
  });
});

function providerFor(issuer: string, callbacks: string[]): OidcProvider {
  return new OidcProvider(issuer, {
    clients: [
      {
        client_id: 'mamori',
        client_secret: 'secret-of-the-client',
        redirect_uris: callbacks,
        post_logout_redirect_uris: callbacks.map((url) => url.replace('/oidc/callback', '')),
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    // Groups stand in the ID token, as hospitals' providers are told to do.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['for tests'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: GROUPS[id] ?? [] }),
    }),
  });
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
}
