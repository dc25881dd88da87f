import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import type { Credentials } from '../../src/dicomweb/index.js';
import { DicomWeb, PacsError } from '../../src/dicomweb/index.js';
import { type KeyPair, selfSigned, signedBy } from '../pacs/certificates.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';
import { json, type ScriptedServer, type Seen } from './scriptedServer.js';
import { Setting } from './setting.js';

const SECRET = 'x9-s3cret:wörd&%/';

describe('Credentials', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  const authorization = async (auth: Credentials) => {
    const { web, server } = await setting.pair((_seen, response) => json(response, []), { auth });
    await web.study('1.2.3');
    return server.seen[0]!.headers.authorization;
  };

  it('none are sent where there are none', async () => {
    expect(await authorization({ type: 'none' })).to.equal(undefined);
  });
  it('basic ones go as UTF-8', async () => {
    const header = await authorization({ type: 'basic', username: 'mamori', password: SECRET });
    expect(Buffer.from(header!.replace('Basic ', ''), 'base64').toString('utf8')).to.equal(
      `mamori:${SECRET}`,
    );
  });
  it('a bearer token goes as it is', async () => {
    expect(await authorization({ type: 'bearer', token: 'abc.def' })).to.equal('Bearer abc.def');
  });
  it('those in the address are used, and are in no address that is asked for', async () => {
    const server = await setting.server((_seen, response) => void response.writeHead(403).end());
    const web = setting.client({
      url: server.url.replace('http://', `http://mamori:${encodeURIComponent(SECRET)}@`),
    });
    const error = await caught(web.study('1.2.3'));
    expect(server.seen[0]!.headers.authorization).to.equal(
      `Basic ${Buffer.from(`mamori:${SECRET}`).toString('base64')}`,
    );
    expect(inspect(error, { depth: 9 })).not.to.contain('s3cret');
  });

  it('wrong ones are pacs-unauthorised, at the first try', async () => {
    const { web, server } = await setting.pair((_seen, response) => void response.writeHead(401).end(), {
      auth: { type: 'basic', username: 'mamori', password: SECRET },
    });
    const error = await caught(web.store('1.2', [smallObject('x')]));
    expect(error).to.include({ code: 'pacs-unauthorised', status: 401, transient: false, method: 'POST' });
    expect(server.seen).to.have.length(1);
    expect(inspect(error, { depth: 9 })).not.to.contain('s3cret');
  });

  describe('in errors', () => {
    it('leave no trace of secrets in addresses, nor of patients', () => {
      const error = new PacsError('pacs-unreachable', 'No', {
        url: 'https://user:s3cret@pacs.example:8443/dicom-web/studies?StudyDate=20260901&access_token=s3cret&sig=s3cret&PatientName=Doe#s3cret',
      });
      expect(error.url).to.equal(
        'https://pacs.example:8443/dicom-web/studies?StudyDate=20260901&access_token=…&sig=…&PatientName=…',
      );
      expect(inspect(error)).not.to.match(/s3cret|Doe/);
    });
  });

  describe('and redirects', () => {
    const auth: Credentials = { type: 'bearer', token: 's3cret' };

    it('stay with the PACS: another host sees none', async () => {
      const other = await setting.server((_seen, response) => json(response, []));
      const { web, server } = await setting.pair(
        (seen, response) =>
          void response
            .writeHead(302, { location: `${other.url}${seen.path.replace('/dicom-web', '')}` })
            .end(),
        { auth },
      );
      expect(await web.study('1.2.3')).to.equal(undefined);
      expect(server.seen[0]!.headers.authorization).to.equal('Bearer s3cret');
      expect(other.seen).to.have.length(1);
      expect(other.seen[0]!.headers).not.to.have.any.keys('authorization', 'cookie');
    });

    it('go along on the same host', async () => {
      const { web, server } = await setting.pair(
        (seen, response) =>
          seen.path.startsWith('/dicom-web/')
            ? void response.writeHead(307, { location: seen.path.replace('/dicom-web', '/moved') }).end()
            : json(response, []),
        { auth },
      );
      expect(await web.study('1.2.3')).to.equal(undefined);
      expect(server.seen[1]!.headers.authorization).to.equal('Bearer s3cret');
    });

    it('do not take what is to be stored to another host', async () => {
      const other = await setting.server((_seen, response) => json(response, {}));
      const { web } = await setting.pair(
        (_seen, response) => void response.writeHead(307, { location: other.url }).end(),
        {
          auth,
        },
      );
      expect(await caught(web.store('1.2', [smallObject('x')]))).to.include({
        code: 'pacs-refused',
        status: 307,
      });
      expect(other.seen).to.have.length(0);
    });

    it('in a circle end', async () => {
      const { web, server } = await setting.pair(
        (seen, response) => void response.writeHead(302, { location: seen.path }).end(),
      );
      expect(await caught(web.study('1.2.3'))).to.include({ code: 'pacs-refused', status: 302 });
      expect(server.seen.length).to.be.lessThan(8);
    });

    it('to files and the like are refused', async () => {
      const { web } = await setting.pair(
        (_seen, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      );
      expect(await caught(web.study('1.2.3'))).to.include({ code: 'pacs-refused' });
    });
  });
});

describe('OAuth 2 client credentials', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  /** Gives token-1, token-2, … and a PACS that takes those that `accepts` names. */
  const scene = async (options: {
    life?: number;
    accepts?: (token: string) => boolean;
    grant?: (seen: Seen, n: number) => { status: number; body: unknown } | undefined;
    auth?: Partial<Extract<Credentials, { type: 'oauth2' }>>;
  }) => {
    let n = 0;
    const tokens: ScriptedServer = await setting.server((seen, response) => {
      n += 1;
      const answer = options.grant?.(seen, n) ?? {
        status: 200,
        body: {
          access_token: `token-${n}`,
          token_type: 'Bearer',
          ...(options.life === undefined ? {} : { expires_in: options.life }),
        },
      };
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
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
    await Promise.all(Array.from({ length: 8 }, () => web.study('1.2.3')));
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
    await web.study('1.2.3');
    const form = new URLSearchParams(tokens.seen[0]!.body.toString());
    expect(form.get('client_secret')).to.equal(SECRET);
    expect(form.get('audience')).to.equal('pacs');
    expect(tokens.seen[0]!.headers).not.to.have.property('authorization');
  });

  it('gets another token before the first has run out', async () => {
    const { web, tokens } = await scene({ life: 1 });
    await web.study('1.2.3');
    await web.study('1.2.3');
    expect(tokens.seen).to.have.length(1);
    await new Promise((resolve) => setTimeout(resolve, 920));
    await web.study('1.2.3');
    expect(tokens.seen).to.have.length(2);
  });

  it('gets one new token when the PACS refuses the old one', async () => {
    const { web, tokens, server } = await scene({ life: 3600, accepts: (token) => token === 'token-2' });
    await Promise.all(Array.from({ length: 5 }, () => web.study('1.2.3')));
    expect(tokens.seen).to.have.length(2);
    expect(server.seen.filter((s) => s.headers.authorization === 'Bearer token-2')).to.have.length(5);
  });

  it('gives up when the PACS refuses the new one, too', async () => {
    const { web, tokens, server } = await scene({ accepts: () => false });
    expect(await caught(web.study('1.2.3'))).to.include({ code: 'pacs-unauthorised', status: 401 });
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
    const error = await caught(web.study('1.2.3'));
    expect(error).to.include({ code: 'pacs-unauthorised', transient: false, url: `${tokens.url}/token` });
    expect(error.message).to.contain('invalid_client');
    expect(inspect(error, { depth: 9 })).not.to.contain('s3cret');
    expect(server.seen).to.have.length(0);
    expect(tokens.seen).to.have.length(1);
  });

  it('tries again while the authorisation server is busy, but not for ever', async () => {
    const { web } = await scene({ grant: (_s, n) => (n < 3 ? { status: 503, body: {} } : undefined) });
    expect(await web.study('1.2.3')).to.equal(undefined);
    await setting.endAll();
    const { web: other, tokens } = await scene({ grant: () => ({ status: 503, body: {} }) });
    expect(await caught(other.study('1.2.3'))).to.include({ code: 'pacs-busy', transient: true });
    expect(tokens.seen.length).to.be.lessThan(10);
  });

  for (const [what, body] of [
    ['without a token', { token_type: 'Bearer' }],
    ['with a token that would break the header', { access_token: 'a\r\nX-Evil: 1' }],
    ['that is no JSON object', 'token-1'],
  ] as const) {
    it(`an answer ${what} is pacs-answer-malformed`, async () => {
      const { web } = await scene({ grant: () => ({ status: 200, body }) });
      expect(await caught(web.study('1.2.3'))).to.include({ code: 'pacs-answer-malformed' });
    });
  }
});

describe('TLS', () => {
  const setting = new Setting();
  let directory: string;
  let authority: KeyPair;
  let server: KeyPair;
  let client: KeyPair;

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'mamori-tls-'));
    authority = selfSigned(directory, 'authority');
    server = signedBy(authority, directory, 'server');
    client = signedBy(authority, directory, 'client');
  });
  after(() => rmSync(directory, { recursive: true, force: true }));
  afterEach(() => setting.endAll());

  it('takes a server whose certificate the given authority signed, by file or as text', async () => {
    const pacs = await setting.server((_seen, response) => json(response, []), {
      cert: server.cert,
      key: server.key,
    });
    for (const ca of [authority.certFile, authority.cert]) {
      expect(await setting.client({ url: pacs.url, tls: { ca } }).study('1.2.3')).to.equal(undefined);
    }
  });

  it('takes no other: pacs-tls, at the first try', async () => {
    const pacs = await setting.server((_seen, response) => json(response, []), {
      cert: server.cert,
      key: server.key,
    });
    const error = await caught(setting.client({ url: pacs.url }).study('1.2.3'));
    expect(error).to.include({ code: 'pacs-tls', transient: false });
    expect(error.remedy).to.contain('pacs.tls');
    expect(pacs.seen).to.have.length(0);
  });

  it('takes no certificate for another name', async () => {
    const pacs = await setting.server((_seen, response) => json(response, []), {
      cert: server.cert,
      key: server.key,
    });
    const url = pacs.url.replace('127.0.0.1', '127.0.0.2');
    const error = await caught(
      setting.client({ url, tls: { ca: authority.cert }, retries: 0 }).study('1.2.3'),
    );
    // The server listens on 127.0.0.1 only; where the loopback net is one, the name is what does not fit.
    expect(error.code).to.be.oneOf(['pacs-tls', 'pacs-unreachable']);
    expect(pacs.seen).to.have.length(0);
  });

  it('shows its own certificate where the server asks for one', async () => {
    const settings = {
      cert: server.cert,
      key: server.key,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    };
    const pacs = await setting.server((_seen, response) => json(response, []), settings);
    const tls = { ca: authority.certFile, cert: client.certFile, key: client.keyFile };
    expect(await setting.client({ url: pacs.url, tls }).study('1.2.3')).to.equal(undefined);
    const error = await caught(setting.client({ url: pacs.url, tls: { ca: authority.cert } }).study('1.2.3'));
    // Some servers say so, this one only hangs up.
    expect(error.code).to.be.oneOf(['pacs-tls', 'pacs-unreachable']);
    expect(error.remedy).to.match(/cert/);
  });

  it('does not show its certificate to another host', async () => {
    const shown: boolean[] = [];
    const settings = {
      cert: server.cert,
      key: server.key,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const other = await setting.server((_seen, response, request) => {
      shown.push('authorized' in request.socket && request.socket.authorized === true);
      json(response, []);
    }, settings);
    const pacs = await setting.server((_seen, response, request) => {
      shown.push('authorized' in request.socket && request.socket.authorized === true);
      response.writeHead(302, { location: `${other.url}/studies` }).end();
    }, settings);
    const tls = { ca: authority.cert, cert: client.cert, key: client.key };
    await setting.client({ url: pacs.url, tls }).study('1.2.3');
    expect(shown).to.deep.equal([true, false]);
  });

  it('never goes back from https to http', async () => {
    const plain = await setting.server((_seen, response) => json(response, []));
    const pacs = await setting.server(
      (_seen, response) => void response.writeHead(302, { location: plain.url }).end(),
      { cert: server.cert, key: server.key },
    );
    const web = setting.client({ url: pacs.url, tls: { ca: authority.cert } });
    expect(await caught(web.study('1.2.3'))).to.include({ code: 'pacs-refused' });
    expect(plain.seen).to.have.length(0);
  });

  it('says which file is missing, or is no PEM, or lacks its other half', () => {
    const der = join(directory, 'der.crt');
    writeFileSync(der, Buffer.from([0x30, 0x82]));
    for (const tls of [{ ca: join(directory, 'none.pem') }, { ca: der }, { cert: client.cert }]) {
      expect(() => new DicomWeb({ url: 'https://pacs.example/dicom-web', tls }))
        .to.throw(PacsError)
        .with.property('code', 'pacs-settings');
    }
  });
});

describe('The address of the PACS', () => {
  for (const url of [
    '',
    'pacs.example/dicom-web',
    'ftp://pacs.example/',
    'https://pacs.example/?token=s3cret',
    undefined,
  ]) {
    it(`cannot be ${url}`, () => {
      let error: unknown;
      try {
        new DicomWeb(url === undefined ? {} : { url });
      } catch (e) {
        error = e;
      }
      expect(error).to.be.instanceOf(PacsError).with.property('code', 'pacs-settings');
      expect(inspect(error)).not.to.contain('s3cret');
    });
  }

  it('may be one for each service', async () => {
    const setting = new Setting();
    const seen: string[] = [];
    const part = async (name: string) =>
      (
        await setting.server((_s, response) => {
          seen.push(name);
          if (name === 'stow') json(response, {});
          else if (name === 'wado')
            response.writeHead(200, { 'content-type': 'application/dicom' }).end('DICM');
          else json(response, []);
        })
      ).url;
    const web = setting.client({
      qidoUrl: await part('qido'),
      wadoUrl: `${await part('wado')}/`,
      stowUrl: await part('stow'),
    });
    await web.study('1.2');
    await web.retrieveInstance('1.2', '1.3', '1.4');
    await web.store('1.2', [smallObject('x')]);
    await setting.endAll();
    expect(seen).to.deep.equal(['qido', 'wado', 'stow']);
  });
});
