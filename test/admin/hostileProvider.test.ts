import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type AccessEvent, type AdminServer, startAdmin } from '../../src/admin/index.js';
import { Browser } from './browserSession.js';
import { quietState } from './quietState.js';

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const SECRET = 'secret-of-the-client';

/** What a provider's answer at the token endpoint says; each test puts one thing wrong. */
interface Answer {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  key: KeyObject | 'none' | 'client secret';
}

/**
 * A provider, as far as a sign-in needs one, that can be told to answer wrongly: the real one of `oidc.test.ts` cannot.
 */
describe('signing in at an OpenID provider, or at somebody who claims to be it', function () {
  this.timeout(60_000);
  const [own, another] = [rsa(), rsa()];
  let provider: Server;
  let issuer: string;
  let admin: AdminServer;
  let wrong: (answer: Answer) => void;
  let metadata: Record<string, unknown>;
  let nonce: string | null;
  let events: AccessEvent[];

  beforeEach(async () => {
    wrong = () => {};
    metadata = {};
    events = [];
    provider = createServer((request, response) => {
      const { pathname } = new URL(request.url!, issuer);
      response.setHeader('content-type', 'application/json');
      if (pathname === '/.well-known/openid-configuration')
        return response.end(
          JSON.stringify({
            issuer,
            authorization_endpoint: `${issuer}/auth`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/keys`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
            ...metadata,
          }),
        );
      if (pathname === '/keys')
        return response.end(
          JSON.stringify({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig' }] }),
        );
      request.resume();
      response.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: idToken() }));
    });
    provider.listen(0, '127.0.0.1');
    await once(provider, 'listening');
    issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    const roles = { claim: 'groups', see: ['radiology'], act: [] };
    admin = await startAdmin(
      {
        listen: { host: '127.0.0.1', port: 0 },
        oidc: {
          issuer,
          clientId: 'mamori',
          clientSecret: SECRET,
          url: 'http://127.0.0.1:1',
          scope: 'openid',
          roles,
        },
        onAccess: (event) => events.push(event),
      },
      async () => quietState(),
    );
  });
  afterEach(async () => {
    await admin.close();
    provider.closeAllConnections();
    provider.close();
  });

  function idToken(): string {
    const now = Math.floor(Date.now() / 1000);
    const answer: Answer = {
      header: { alg: 'RS256', kid: 'own', typ: 'JWT' },
      claims: {
        iss: issuer,
        aud: 'mamori',
        sub: 'eve',
        groups: ['radiology'],
        iat: now,
        exp: now + 300,
        nonce,
      },
      key: own.privateKey,
    };
    wrong(answer);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part(answer.header)}.${part(answer.claims)}`;
    return `${signed}.${signatureOf(signed, answer.key)}`;
  }

  /** @returns the status of the answer to the browser that comes back, and whether it is in */
  async function signIn(back: (query: URLSearchParams) => void = () => {}): Promise<[number, boolean]> {
    const browser = new Browser(admin.url);
    const there = new URL((await browser.get('/sign-in/oidc')).headers.get('location')!);
    nonce = there.searchParams.get('nonce');
    const query = new URLSearchParams({ code: 'c', state: there.searchParams.get('state')! });
    back(query);
    const { status } = await browser.get(`/sign-in/oidc/callback?${query}`);
    return [status, (await browser.get('/')).status === 200];
  }

  it('lets in whom the provider confirms', async () => {
    expect(await signIn()).to.deep.equal([303, true]);
  });

  const FORGERIES: Record<string, (answer: Answer) => void> = {
    'of another issuer': ({ claims }) => {
      claims.iss = 'https://login.evil.example';
    },
    'for another client': ({ claims }) => {
      claims.aud = 'another';
    },
    'for several clients, and given to another': ({ claims }) =>
      void Object.assign(claims, { aud: ['mamori', 'another'], azp: 'another' }),
    'that has expired': ({ claims }) => {
      claims.exp = Math.floor(Date.now() / 1000) - 3600;
    },
    'that never expires': ({ claims }) => {
      delete claims.exp;
    },
    'that is not valid yet': ({ claims }) => {
      claims.nbf = Math.floor(Date.now() / 1000) + 3600;
    },
    'of another sign-in': ({ claims }) => {
      claims.nonce = 'another';
    },
    'without a nonce': ({ claims }) => {
      delete claims.nonce;
    },
    'of nobody': ({ claims }) => {
      delete claims.sub;
    },
    'that nobody has signed': (answer) =>
      void Object.assign(answer, { header: { alg: 'none', typ: 'JWT' }, key: 'none' }),
    'without its signature': (answer) => {
      answer.key = 'none';
    },
    'signed by another key': (answer) => {
      answer.key = another.privateKey;
    },
    'signed with a secret in place of a key': (answer) =>
      void Object.assign(answer, { header: { alg: 'HS256', typ: 'JWT' }, key: 'client secret' }),
    'with a key that it brings along': (answer) =>
      void Object.assign(answer, {
        header: { alg: 'RS256', typ: 'JWT', jwk: another.publicKey.export({ format: 'jwk' }) },
        key: another.privateKey,
      }),
  };
  for (const [which, forge] of Object.entries(FORGERIES))
    it(`takes no ID token ${which}`, async () => {
      wrong = forge;
      expect(await signIn()).to.deep.equal([401, false]);
    });

  it('takes no answer that is not to its own question, or that another provider gives', async () => {
    expect(await signIn((query) => query.set('state', 'another'))).to.deep.equal([401, false]);
    expect(await signIn((query) => query.delete('state'))).to.deep.equal([401, false]);
    expect(await signIn((query) => query.append('state', 'another'))).to.deep.equal([401, false]);
    expect(await signIn((query) => query.set('iss', 'https://login.evil.example'))).to.deep.equal([
      401,
      false,
    ]);
  });

  it('wants to be told whose answer it is by a provider that tells it', async () => {
    metadata = { authorization_response_iss_parameter_supported: true };
    expect(await signIn()).to.deep.equal([401, false]);
    expect(await signIn((query) => query.set('iss', issuer))).to.deep.equal([303, true]);
  });

  it('begins with no provider that says to be another one', async () => {
    metadata = { issuer: 'https://login.evil.example' };
    const browser = new Browser(admin.url);
    expect((await browser.get('/sign-in/oidc')).status).to.equal(503);
  });

  it('gives nobody a right for a claim that is missing or is no list of words', async () => {
    for (const groups of [
      undefined,
      null,
      true,
      0,
      {},
      [],
      [['radiology']],
      [{ radiology: true }],
      'Radiology',
    ]) {
      wrong = ({ claims }) => {
        claims.groups = groups;
      };
      expect(await signIn(), JSON.stringify(groups)).to.deep.equal([403, false]);
    }
  });

  it('tells people of a name without what would steer a page or a log', async () => {
    wrong = ({ claims }) => {
      claims.preferred_username = '<script>alert(1)</script>\u001b[2J\u202e\n';
    };
    const browser = new Browser(admin.url);
    const there = new URL((await browser.get('/sign-in/oidc')).headers.get('location')!);
    nonce = there.searchParams.get('nonce');
    await browser.get(`/sign-in/oidc/callback?code=c&state=${there.searchParams.get('state')}`);
    expect(await (await browser.get('/')).text()).not.to.contain('<script>alert');
    expect(events[0]).to.include({ kind: 'signed-in', user: '<script>alert(1)</script>[2J' });
  });
});

function signatureOf(text: string, key: Answer['key']): string {
  if (key === 'none') return '';
  if (key === 'client secret') return createHmac('sha256', SECRET).update(text).digest('base64url');
  return sign('sha256', Buffer.from(text), key).toString('base64url');
}
