import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { DicomWeb, PacsError } from '../../src/dicomweb/index.js';
import { type KeyPair, selfSigned, signedBy } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { caught } from './caught.js';
import { json } from './scriptedServer.js';
import { Setting } from './setting.js';

describe('TLS', () => {
  const setting = new Setting();
  let directory: string;
  let authority: KeyPair;
  let server: KeyPair;
  let client: KeyPair;

  before(function () {
    needs(this, 'openssl');
    directory = mkdtempSync(join(tmpdir(), 'mamori-tls-'));
    authority = selfSigned(directory, 'authority');
    server = signedBy(authority, directory, 'server');
    client = signedBy(authority, directory, 'client');
  });
  after(() => directory && rmSync(directory, { recursive: true, force: true }));
  afterEach(() => setting.endAll());

  it('takes a server whose certificate the given authority signed, by file or as text', async () => {
    const pacs = await setting.server((_seen, response) => json(response, []), {
      cert: server.cert,
      key: server.key,
    });
    for (const ca of [authority.certFile, authority.cert]) {
      expect(await setting.client({ url: pacs.url, tls: { ca } }).metadata(asUid('1.2.3'))).to.deep.equal([]);
    }
  });

  it('takes no other: pacs-tls, at the first try', async () => {
    const pacs = await setting.server((_seen, response) => json(response, []), {
      cert: server.cert,
      key: server.key,
    });
    const error = await caught(setting.client({ url: pacs.url }).metadata(asUid('1.2.3')));
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
      setting.client({ url, tls: { ca: authority.cert }, retries: 0 }).metadata(asUid('1.2.3')),
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
    expect(await setting.client({ url: pacs.url, tls }).metadata(asUid('1.2.3'))).to.deep.equal([]);
    const error = await caught(
      setting.client({ url: pacs.url, tls: { ca: authority.cert } }).metadata(asUid('1.2.3')),
    );
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
    await setting.client({ url: pacs.url, tls }).metadata(asUid('1.2.3'));
    expect(shown).to.deep.equal([true, false]);
  });

  it('never goes back from https to http', async () => {
    const plain = await setting.server((_seen, response) => json(response, []));
    const pacs = await setting.server(
      (_seen, response) => void response.writeHead(302, { location: plain.url }).end(),
      { cert: server.cert, key: server.key },
    );
    const web = setting.client({ url: pacs.url, tls: { ca: authority.cert } });
    expect(await caught(web.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-refused' });
    expect(plain.seen).to.have.length(0);
  });

  it('says which file is missing, or is not PEM, or lacks its other half', () => {
    const der = join(directory, 'der.crt');
    writeFileSync(der, Buffer.from([0x30, 0x82]));
    for (const tls of [{ ca: join(directory, 'none.pem') }, { ca: der }, { cert: client.cert }]) {
      expect(() => new DicomWeb({ url: 'https://pacs.example/dicom-web', tls }))
        .to.throw(PacsError)
        .with.property('code', 'pacs-settings');
    }
  });
});
