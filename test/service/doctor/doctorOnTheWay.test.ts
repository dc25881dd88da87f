import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Bundle } from '../../../src/model/index.js';
import { startProxy } from '../../dicomweb/proxy.js';
import { type Handler, json } from '../../dicomweb/scriptedServer.js';
import { Setting } from '../../dicomweb/setting.js';
import { smallBundle } from '../../model/bundles.js';
import { issuedBy, type KeyPair, selfSigned, signedBy } from '../../pacs/certificates.js';
import { needs } from '../../parts.js';
import { namesIn, resultOf, visit } from './surgery.js';

const EMPTY: Handler = (_seen, response) => json(response, []);

/** What comes after the way to the PACS makes no sense where that is not free. */
const AFTER_THE_WAY = ['login', 'clock', 'search', 'images', 'retrieve'];

describe('mamori doctor, on the way to the PACS', () => {
  const setting = new Setting();
  let bundle: Bundle;
  let directory: string;
  let authority: KeyPair;

  before(async function () {
    needs(this, 'openssl');
    bundle = await smallBundle();
    directory = mkdtempSync(join(tmpdir(), 'mamori-doctor-'));
    authority = selfSigned(directory, 'authority');
  });
  after(() => directory && rmSync(directory, { recursive: true, force: true }));
  afterEach(() => setting.endAll());

  const tlsServer = (pair: { cert: string; key: string }) => setting.server(EMPTY, pair);
  const trusting = (ca: string) => `  tls: { ca: ${JSON.stringify(ca)} }`;

  it('finds a host whose name leads nowhere, and skips what comes after it by name', async () => {
    const results = await visit(bundle, { url: 'https://no-such-pacs.invalid/dicom-web' });
    expect(resultOf(results, 'name')).to.include({ state: 'failure' });
    expect(resultOf(results, 'name').says).to.include('no-such-pacs.invalid');
    expect(namesIn(results, 'skipped')).to.include.members(['port', 'scheme', ...AFTER_THE_WAY]);
    expect(resultOf(results, 'port').says).to.include('name');
  });

  it('finds a port on which nothing listens', async () => {
    const results = await visit(bundle, { url: 'http://127.0.0.1:9/dicom-web' });
    expect(resultOf(results, 'port')).to.include({ state: 'failure' });
    expect(resultOf(results, 'port').says).to.include('ECONNREFUSED');
    expect(namesIn(results, 'skipped')).to.include.members(AFTER_THE_WAY);
  });

  it('finds https in the address of a server that speaks http', async () => {
    const { port } = await setting.server(EMPTY);
    const results = await visit(bundle, { url: `https://127.0.0.1:${port}/dicom-web` });
    expect(resultOf(results, 'scheme').says).to.include('speaks plain http');
    expect(namesIn(results, 'failure')).to.deep.equal(['scheme']);
  });

  it('finds http in the address of a server that speaks https', async () => {
    const { port } = await tlsServer(signedBy(authority, directory, 'server'));
    const results = await visit(bundle, { url: `http://127.0.0.1:${port}/dicom-web` });
    expect(resultOf(results, 'scheme').says).to.include('speaks https');
    expect(namesIn(results, 'failure')).to.deep.equal(['scheme']);
  });

  it('finds a port that speaks neither, such as the DICOM port', async () => {
    const port = await setting.rawServer((socket) => void socket.once('data', () => socket.end('no')));
    for (const scheme of ['http', 'https']) {
      const results = await visit(bundle, { url: `${scheme}://127.0.0.1:${port}/dicom-web` });
      expect(resultOf(results, 'scheme').remedy).to.include('DICOM port');
    }
  });

  it('is content with a server whose chain, name and dates are right', async () => {
    const { url } = await tlsServer(issuedBy(authority, directory, 'fine', { toDay: 90 }));
    // The authority lasts for two days only.
    const lasting = await visit(bundle, { url, pacs: trusting(authority.certFile) });
    expect(resultOf(lasting, 'tls-files')).to.include({ state: 'ok' });
    expect(resultOf(lasting, 'certificate')).to.include({ state: 'warning' });
    expect(resultOf(lasting, 'login')).to.include({ state: 'ok' });
  });

  it('warns of a certificate that expires soon', async () => {
    const { url } = await tlsServer(issuedBy(authority, directory, 'soon', { toDay: 1.5 }));
    const results = await visit(bundle, { url, pacs: trusting(authority.certFile) });
    expect(resultOf(results, 'certificate').says).to.include('1 more days');
  });

  const distrusted: Record<
    string,
    () => { server: { cert: string; key: string }; ca?: string; says: RegExp }
  > = {
    'has expired': () => ({
      server: issuedBy(authority, directory, 'expired', { fromDay: -30, toDay: -2 }),
      ca: authority.certFile,
      says: /has expired/,
    }),
    'is not valid yet': () => ({
      server: issuedBy(authority, directory, 'early', { fromDay: 5, toDay: 30 }),
      ca: authority.certFile,
      says: /not valid yet/,
    }),
    'is for another name': () => ({
      server: issuedBy(authority, directory, 'other', { names: 'DNS:pacs.example' }),
      ca: authority.certFile,
      says: /another name/,
    }),
    'comes from an authority that nobody named': () => ({
      server: signedBy(authority, directory, 'stranger'),
      says: /authority that is not known|without the chain|vouches for itself/,
    }),
    'comes without its intermediate': () => {
      const between = issuedBy(authority, directory, 'between', { isAuthority: true });
      return {
        server: issuedBy(between, directory, 'below', {}),
        ca: authority.certFile,
        says: /without the chain/,
      };
    },
  };
  for (const [what, plant] of Object.entries(distrusted)) {
    it(`finds a certificate that ${what}`, async () => {
      const { server, ca, says } = plant();
      const { url, seen } = await tlsServer(server);
      const results = await visit(bundle, { url, ...(ca === undefined ? {} : { pacs: trusting(ca) }) });
      expect(resultOf(results, 'certificate')).to.include({ state: 'failure' });
      expect(resultOf(results, 'certificate').says).to.match(says);
      expect(namesIn(results, 'skipped')).to.include.members(AFTER_THE_WAY);
      expect(seen).to.have.length(0);
    });
  }

  it('trusts a whole chain with its intermediate', async () => {
    const between = issuedBy(authority, directory, 'middle', { isAuthority: true });
    const leaf = issuedBy(between, directory, 'leaf', {});
    const { url } = await tlsServer({ cert: leaf.cert + between.cert, key: leaf.key });
    const results = await visit(bundle, { url, pacs: trusting(authority.certFile) });
    expect(resultOf(results, 'certificate').state).not.to.equal('failure');
  });

  it('finds a ca that is a key, one that is nothing, and one that has expired', async () => {
    const url = 'https://127.0.0.1:9/dicom-web';
    const key = await visit(bundle, { url, pacs: trusting(authority.keyFile) });
    expect(resultOf(key, 'tls-files').says).to.include('a private key and no certificate');
    const text = join(directory, 'text.pem');
    writeFileSync(text, 'not a certificate\n');
    expect(resultOf(await visit(bundle, { url, pacs: trusting(text) }), 'tls-files').state).to.equal(
      'failure',
    );
    const old = issuedBy(authority, directory, 'old', { isAuthority: true, fromDay: -9, toDay: -3 });
    const expired = await visit(bundle, { url, pacs: trusting(old.certFile) });
    expect(resultOf(expired, 'tls-files').says).to.include('valid only until');
  });

  it('finds a key that does not belong to the certificate, and one that does not open', async () => {
    const [own, other] = [signedBy(authority, directory, 'own'), signedBy(authority, directory, 'another')];
    const url = 'https://127.0.0.1:9/dicom-web';
    const tls = (cert: string, key: string) => `  tls: ${JSON.stringify({ cert, key })}`;
    const mixed = await visit(bundle, { url, pacs: tls(own.certFile, other.keyFile) });
    expect(resultOf(mixed, 'tls-files').says).to.include('is not the key of');
    const fine = await visit(bundle, { url, pacs: tls(own.certFile, own.keyFile) });
    expect(resultOf(fine, 'tls-files').state).to.equal('ok');
    const swapped = await visit(bundle, { url, pacs: tls(own.keyFile, own.certFile) });
    expect(resultOf(swapped, 'tls-files').state).to.equal('failure');
  });

  it('finds that the PACS wants a client certificate', async () => {
    const server = { ...signedBy(authority, directory, 'strict'), ca: authority.cert };
    const { url } = await setting.server(EMPTY, { ...server, requestCert: true, rejectUnauthorized: true });
    const results = await visit(bundle, { url, pacs: trusting(authority.certFile) });
    expect(resultOf(results, 'login')).to.include({ state: 'failure' });
    expect(resultOf(results, 'login').remedy).to.include('cert');
  });

  for (const [status, remedy] of [
    [401, /pacs\.auth/],
    [403, /right to search/],
  ] as const)
    it(`finds credentials that are answered with ${status}, and does not show them`, async () => {
      const { url } = await setting.server((_seen, response) => void response.writeHead(status).end());
      const secret = 'very-secret-word';
      const results = await visit(bundle, {
        url,
        pacs: `  auth: { type: basic, username: mamori, password: ${secret} }`,
      });
      expect(resultOf(results, 'login')).to.include({ state: 'failure' });
      expect(resultOf(results, 'login').remedy).to.match(remedy);
      expect(JSON.stringify(results)).not.to.include(secret);
    });

  it('finds an address at which no DICOMweb service answers', async () => {
    const { url } = await setting.server((_seen, response) => void response.writeHead(404).end());
    const lost = await visit(bundle, { url });
    expect(namesIn(lost, 'failure')).to.deep.equal(['login']);
    expect(resultOf(lost, 'login').remedy).to.include('pacs.url');
    const page = await setting.server(
      (_seen, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hello'),
    );
    expect(namesIn(await visit(bundle, { url: page.url }), 'failure')).to.deep.equal(['search']);
  });

  it('finds a clock that disagrees with that of the PACS', async () => {
    for (const [seconds, state] of [
      [5, 'ok'],
      [-600, 'warning'],
      [86_400, 'failure'],
    ] as const) {
      const { url } = await setting.server((_seen, response) =>
        json(response, [], 200, { date: new Date(Date.now() + seconds * 1000).toUTCString() }),
      );
      expect(resultOf(await visit(bundle, { url }), 'clock')).to.include({ state });
    }
  });

  it('goes through the proxy as the service does, and finds one that lets nobody through', async () => {
    const proxy = await startProxy('mamori:the-proxy-word');
    try {
      const { url, port } = await tlsServer(signedBy(authority, directory, 'behind'));
      const via = (password: string) =>
        `${trusting(authority.certFile)}\n  proxy: ${JSON.stringify({ url: proxy.url, username: 'mamori', password })}`;
      const fine = await visit(bundle, { url, pacs: via('the-proxy-word') });
      expect(namesIn(fine, 'failure')).to.deep.equal([]);
      expect(new Set(proxy.asked)).to.deep.equal(new Set([`127.0.0.1:${port}`]));
      const wrong = await visit(bundle, { url, pacs: via('another-word') });
      expect(resultOf(wrong, 'port').remedy).to.include('pacs.proxy');
      expect(JSON.stringify([fine, wrong])).not.to.match(/the-proxy-word|another-word/);
    } finally {
      await proxy.close();
    }
  });

  it('finds no token where the authorisation server gives none', async () => {
    const { url } = await setting.server(EMPTY);
    const login = await setting.server((_seen, response) => json(response, { error: 'invalid_client' }, 401));
    const auth = { type: 'oauth2', tokenUrl: login.url, clientId: 'mamori', clientSecret: 'the-client-word' };
    const results = await visit(bundle, { url, pacs: `  auth: ${JSON.stringify(auth)}` });
    expect(resultOf(results, 'login').says).to.include('invalid_client');
    expect(JSON.stringify(results)).not.to.include('the-client-word');
  });
});
