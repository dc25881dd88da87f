import { inspect } from 'node:util';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import type { Credentials } from '../../src/dicomweb/index.js';
import { DicomWeb, PacsError } from '../../src/dicomweb/index.js';
import { caught } from './caught.js';
import { smallObject } from './objects.js';
import { json } from './scriptedServer.js';
import { Setting } from './setting.js';

const SECRET = 'x9-s3cret:wörd&%/';

describe('Credentials', () => {
  const setting = new Setting();
  afterEach(() => setting.endAll());

  const authorization = async (auth: Credentials) => {
    const { web, server } = await setting.pair((_seen, response) => json(response, []), { auth });
    await web.metadata(asUid('1.2.3'));
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
  it('in the address are refused, whatever they hold, and are in no message', () => {
    for (const userinfo of [`mamori:${encodeURIComponent(SECRET)}`, 'mamori:s3cret%', ':s3cret']) {
      const open = () => new DicomWeb({ url: `http://${userinfo}@pacs.example/dicom-web` });
      expect(open, userinfo)
        .to.throw(PacsError)
        .that.satisfies((error: PacsError) => error.code === 'pacs-settings')
        .and.satisfies((error: PacsError) => !inspect(error, { depth: 9 }).includes('s3cret'));
    }
  });

  it('wrong ones are pacs-unauthorised, at the first try', async () => {
    const { web, server } = await setting.pair((_seen, response) => void response.writeHead(401).end(), {
      auth: { type: 'basic', username: 'mamori', password: SECRET },
    });
    const error = await caught(web.store(asUid('1.2'), [smallObject('x')]));
    expect(error).to.include({ code: 'pacs-unauthorised', status: 401, transient: false, method: 'POST' });
    expect(server.seen).to.have.length(1);
    expect(inspect(error, { depth: 9 })).not.to.contain('s3cret');
  });

  describe('in errors', () => {
    it('leave no trace of secrets in addresses, nor of patients', () => {
      const error = new PacsError('pacs-unreachable', 'No', {
        url:
          'https://user:s3cret@pacs.example:8443/dicom-web/studies' +
          '?StudyDate=20260901&access_token=s3cret&sig=s3cret&PatientName=Doe#s3cret',
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
      expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
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
      expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
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
      expect(await caught(web.store(asUid('1.2'), [smallObject('x')]))).to.include({
        code: 'pacs-refused',
        status: 307,
      });
      expect(other.seen).to.have.length(0);
    });

    it('in a circle end', async () => {
      const { web, server } = await setting.pair(
        (seen, response) => void response.writeHead(302, { location: seen.path }).end(),
      );
      expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-refused', status: 302 });
      expect(server.seen.length).to.be.lessThan(8);
    });

    it('to files and the like are refused', async () => {
      const { web } = await setting.pair(
        (_seen, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      );
      expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-refused' });
    });
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
    await web.instances(asUid('1.2'));
    await web.retrieveInstance(asUid('1.2'), asUid('1.3'), asUid('1.4'));
    await web.store(asUid('1.2'), [smallObject('x')]);
    await setting.endAll();
    expect(seen).to.deep.equal(['qido', 'wado', 'stow']);
  });
});
