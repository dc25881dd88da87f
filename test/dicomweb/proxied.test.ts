import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { asUid } from '../../src/dicom/index.js';
import { type KeyPair, selfSigned, signedBy } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { caught } from './caught.js';
import { startProxy, type TestProxy } from './proxy.js';
import { type Handler, json } from './scriptedServer.js';
import { Setting } from './setting.js';

const EMPTY: Handler = (_seen, response) => json(response, []);

describe('An HTTP proxy', () => {
  const setting = new Setting();
  let directory: string;
  let authority: KeyPair;
  let server: KeyPair;
  let proxy: TestProxy;

  before(function () {
    needs(this, 'openssl');
    directory = mkdtempSync(join(tmpdir(), 'mamori-proxy-'));
    authority = selfSigned(directory, 'authority');
    server = signedBy(authority, directory, 'server');
  });
  after(() => directory && rmSync(directory, { recursive: true, force: true }));
  afterEach(async () => {
    await setting.endAll();
    await proxy?.close();
  });

  it('carries what goes to the PACS, whose certificate counts as ever', async () => {
    proxy = await startProxy();
    const pacs = await setting.server(EMPTY, { cert: server.cert, key: server.key });
    const via = { url: proxy.url, for: 'all' as const };
    const web = setting.client({ url: pacs.url, tls: { ca: authority.cert }, proxy: via });
    expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
    expect(proxy.asked).to.deep.equal([`127.0.0.1:${pacs.port}`]);
    const stranger = setting.client({ url: pacs.url, proxy: via, retries: 0 });
    expect(await caught(stranger.metadata(asUid('1.2.3')))).to.include({ code: 'pacs-tls' });
  });

  it('carries only what it is for', async () => {
    proxy = await startProxy();
    const pacs = await setting.server(EMPTY);
    const login = await setting.server((_seen, response) =>
      json(response, { access_token: 'x', expires_in: 60 }),
    );
    const auth = { type: 'oauth2' as const, tokenUrl: login.url, clientId: 'a', clientSecret: 'b' };
    const web = setting.client({ url: pacs.url, auth, proxy: { url: proxy.url, for: 'login' } });
    await web.metadata(asUid('1.2.3'));
    expect(proxy.asked).to.deep.equal([`127.0.0.1:${login.port}`]);
    expect(pacs.seen).to.have.length(1);
  });

  it('carries requests for tokens too, with its password, to an authorisation server that speaks https', async () => {
    proxy = await startProxy('mamori:pw');
    const files = { cert: server.cert, key: server.key };
    const pacs = await setting.server(EMPTY, files);
    const login = await setting.server(
      (_seen, response) => json(response, { access_token: 'x', expires_in: 60 }),
      files,
    );
    const auth = { type: 'oauth2' as const, tokenUrl: login.url, clientId: 'a', clientSecret: 'b' };
    const via = { url: proxy.url, for: 'all' as const, username: 'mamori', password: 'pw' };
    const access = { url: pacs.url, auth, tls: { ca: authority.cert }, retries: 0 };
    await setting.client({ ...access, proxy: via }).metadata(asUid('1.2.3'));
    expect(proxy.asked).to.deep.equal([`127.0.0.1:${login.port}`, `127.0.0.1:${pacs.port}`]);
    expect(pacs.seen[0]!.headers.authorization).to.equal('Bearer x');
    // The client's secret is the authorisation server's, the proxy's password the proxy's.
    expect(login.seen[0]!.headers).not.to.have.property('proxy-authorization');
    const refused = await caught(
      setting.client({ ...access, proxy: { ...via, password: 'wrong' } }).metadata(asUid('1.2.3')),
    );
    expect(refused.message).to.include('407');
    proxy.asked.length = 0;
    await setting.client({ ...access, proxy: { ...via, for: 'pacs' } }).metadata(asUid('1.2.3'));
    expect(proxy.asked).to.deep.equal([`127.0.0.1:${pacs.port}`]);
  });

  it('is told user and password, and named when it refuses', async () => {
    proxy = await startProxy('mamori:pa:ss wörd');
    const pacs = await setting.server(EMPTY);
    const access = { url: proxy.url, for: 'all' as const, username: 'mamori' };
    const web = setting.client({ url: pacs.url, proxy: { ...access, password: 'pa:ss wörd' } });
    expect(await web.metadata(asUid('1.2.3'))).to.deep.equal([]);
    const wrong = setting.client({ url: pacs.url, proxy: { ...access, password: 'wrong' }, retries: 0 });
    const error = await caught(wrong.metadata(asUid('1.2.3')));
    expect(error.message).to.include('proxy').and.include('407');
    expect(error.remedy).to.include('pacs.proxy');
  });
});
