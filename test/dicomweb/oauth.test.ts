import { inspect } from 'node:util';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import type { Credentials } from '../../src/dicomweb/index.js';
import { caught } from './caught.js';
import { json, type ScriptedServer, type Seen } from './scriptedServer.js';
import { Setting } from './setting.js';

const SECRET = 'x9-s3cret:wörd&%/';

describe('OAuth 2 client credentials', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  /** Gives token-1, token-2, … and a PACS that takes those that `accepts` names. */
  const scene = async (options: {
    life?: number;
    accepts?: (token: string) => boolean;
    grant?: (
      seen: Seen,
      n: number,
    ) => { status: number; body: unknown; headers?: Record<string, string> } | undefined;
    auth?: Partial<Extract<Credentials, { type: 'oauth2' }>>;
  }) => {
    let n = 0;
    const tokens: ScriptedServer = await setting.server((seen, response) => {
      n += 1;
      const answer = options.grant?.(seen, n) ?? {
        status: 200,
        headers: {},
        body: {
          access_token: `token-${n}`,
          token_type: 'Bearer',
          ...(options.life === undefined ? {} : { expires_in: options.life }),
        },
      };
      response
        .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        .end(JSON.stringify(answer.body));
    });
    const { web, server } = await setting.pair(
      (seen, response) => {
        const token = String(seen.headers.authorization).replace('Bearer ', '');
        if (options.accepts?.(token) ?? true) json(response, []);
        else response.writeHead(401).end();
      },
      {
        auth: {
          type: 'oauth2',
          tokenUrl: `${tokens.url}/token`,
          clientId: 'mamori client',
          clientSecret: SECRET,
          ...options.auth,
        },
      },
    );
    return { web, server, tokens };
  };

  it('asks for a token as RFC 6749 has it, once for all who wait', async () => {
    const { web, server, tokens } = await scene({ life: 3600, auth: { scope: 'dicom.read dicom.write' } });
    await Promise.all(Array.from({ length: 8 }, () => web.metadata(asUid('1.2.3'))));
    expect(tokens.seen).to.have.length(1);
    const [asked] = tokens.seen;
    expect(asked!.method).to.equal('POST');
    expect(asked!.path).not.to.contain('?');
    expect(asked!.headers['content-type']).to.equal('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(asked!.body.toString()))).to.deep.equal({
      grant_type: 'client_credentials',
      scope: 'dicom.read dicom.write',
    });
    const [id, secret] = Buffer.from(asked!.headers.authorization!.replace('Basic ', ''), 'base64')
      .toString()
      .split(':');
    expect(new URLSearchParams(`id=${id}&secret=${secret}`).get('id')).to.equal('mamori client');
    expect(new URLSearchParams(`id=${id}&secret=${secret}`).get('secret')).to.equal(SECRET);
    expect(server.seen.every((s) => s.headers.authorization === 'Bearer token-1')).to.equal(true);
  });

  it('puts the credentials into the body where the server wants that', async () => {
    const { web, tokens } = await scene({ auth: { credentialsIn: 'body', audience: 'pacs' } });
    await web.metadata(asUid('1.2.3'));
    const form = new URLSearchParams(tokens.seen[0]!.body.toString());
    expect(form.get('client_secret')).to.equal(SECRET);
    expect(form.get('audience')).to.equal('pacs');
    expect(tokens.seen[0]!.headers).not.to.have.property('authorization');
  });

  it('gets another token before the first has run out', async () => {
    const { web, tokens } = await scene({ life: 3 });
    await web.metadata(asUid('1.2.3'));
    await web.metadata(asUid('1.2.3'));
    expect(tokens.seen).to.have.length(1);
    await new Promise((resolve) => setTimeout(resolve, 2750));
    await web.metadata(asUid('1.2.3'));
    expect(tokens.seen).to.have.length(2);
  });

  it('gets one new token when the PACS refuses the old one', async () => {
    const { web, tokens, server } = await scene({ life: 3600, accepts: (token) => token === 'token-2' });
    await Promise.all(Array.from({ length: 5 }, () => web.metadata(asUid('1.2.3'))));
    expect(tokens.seen).to.have.length(2);
    expect(server.seen.filter((s) => s.headers.authorization === 'Bearer token-2')).to.have.length(5);
  });

  it('gives up when the PACS refuses the new one, too', async () => {
    const { web, tokens, server } = await scene({ accepts: () => false });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-unauthorised', status: 401 });
    expect(tokens.seen).to.have.length(2);
    expect(server.seen).to.have.length(2);
  });

  it('names the reason when there is no token, and no secret', async () => {
    const { web, server, tokens } = await scene({
      grant: () => ({
        status: 401,
        body: { error: 'invalid_client', error_description: `${SECRET} is wrong` },
      }),
    });
    const error = await caught(web.metadata(asUid('1.2.3')));
    expect(error).to.include({ code: 'pacs-unauthorised', transient: false, url: `${tokens.url}/token` });
    expect(error.message).to.contain('invalid_client');
    expect(inspect(error, { depth: 9 })).not.to.contain('s3cret');
    expect(server.seen).to.have.length(0);
    expect(tokens.seen).to.have.length(1);
  });

  it('tries again while the authorisation server is busy, but not forever', async () => {
    const { web } = await scene({ grant: (_s, n) => (n < 3 ? { status: 503, body: {} } : undefined) });
    expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
    await setting.endAll();
    const { web: other, tokens } = await scene({ grant: () => ({ status: 503, body: {} }) });
    expect(await caught(other.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-busy', transient: true });
    expect(tokens.seen).to.have.length(3);
  });

  it('leaves an authorisation server alone for as long as it asks', async () => {
    const { web, tokens } = await scene({
      grant: () => ({ status: 503, body: {}, headers: { 'retry-after': '120' } }),
    });
    const error = await caught(web.metadata(asUid('1.2.3')));
    expect(error).to.include({ code: 'pacs-busy', transient: true, retryAfterMs: 120_000 });
    expect(tokens.seen).to.have.length(1);
  });

  for (const [what, body] of [
    ['without a token', { token_type: 'Bearer' }],
    ['with a token that would break the header', { access_token: 'a\r\nX-Evil: 1' }],
    ['that is not a JSON object', 'token-1'],
  ] as const) {
    it(`an answer ${what} is pacs-answer-malformed`, async () => {
      const { web } = await scene({ grant: () => ({ status: 200, body }) });
      expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-answer-malformed' });
    });
  }
});
