import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import { type AdminServer, listenOn } from '../../src/admin/listener.js';
import { selfSigned } from '../pacs/certificates.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

const ADDRESS = '127.0.7.7';

/** Somebody keeps connections busy so that nobody else gets an answer. */
describe('the status page, held up on purpose', function () {
  this.timeout(60_000);
  let server: AdminServer;
  let sockets: Socket[];

  const open = async (
    isShared?: (address: string) => boolean,
    patience = { head: 60_000, request: 60_000 },
    tls?: { cert: string; key: string },
  ) => {
    server = await listenOn(
      { listen: { host: '127.0.0.1', port: 0 }, isShared, patience, tls },
      (asked, response) => {
        asked.resume().once('end', () => response.end('well'));
      },
    );
  };
  const socket = (localAddress = ADDRESS): Socket => {
    const { hostname, port } = new URL(server.url);
    const made = connect({ host: hostname, port: Number(port), localAddress });
    made.on('error', () => {});
    sockets.push(made);
    return made;
  };

  beforeEach(() => {
    sockets = [];
  });
  afterEach(async () => {
    for (const one of sockets) one.destroy();
    await server.close();
  });

  it('cuts off who says nothing, never ends a head, or never ends a body', async () => {
    await open(undefined, { head: 300, request: 600 });
    const [silent, head, body] = [socket(), socket(), socket()];
    head.write('GET / HTTP/1.1\r\nHost: a\r\nX: ');
    body.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n');
    const dripping = setInterval(() => {
      for (const one of [head, body]) if (one.writable) one.write('x');
    }, 50);
    try {
      await Promise.all(
        [silent, head, body].map(async (one) => {
          one.resume();
          await once(one, 'close');
        }),
      );
    } finally {
      clearInterval(dripping);
    }
  });

  it('cuts off who says nothing, or nothing more after TLS stands, by https', async function () {
    needs(this, 'openssl');
    const { certFile: cert, keyFile: key } = selfSigned(scratchFolder('slow-senders'), 'page');
    // Long enough for TLS to stand on a busy machine.
    await open(undefined, { head: 2000, request: 4000 }, { cert, key });
    const [silent, shaken] = [socket(), socket()];
    const secured = connectTls({ socket: shaken, rejectUnauthorized: false });
    secured.on('error', () => {});
    await once(secured, 'secureConnect');
    await Promise.all([silent.resume(), secured.resume()].map((one) => once(one, 'close')));
  });

  it('lets one address hold no more than 300 connections, and answers others', async () => {
    await open();
    let closed = 0;
    const surplus = new Promise<void>((resolve) => {
      for (let count = 0; count < 330; count++)
        socket().once('close', () => {
          closed++;
          if (closed === 30) resolve();
        });
    });
    await surplus;
    expect(await statusFrom('127.0.9.9')).to.equal(200);
    expect(closed, 'the first wait for their deadline').to.equal(30);
  });

  it('lets a proxy bring as many as come', async () => {
    await open((address) => address === ADDRESS);
    const asked = Array.from({ length: 330 }, () => statusFrom(ADDRESS));
    expect(new Set(await Promise.all(asked))).to.deep.equal(new Set([200]));
  });

  async function statusFrom(localAddress: string): Promise<number> {
    const { hostname, port } = new URL(server.url);
    const sent = request({ hostname, port, localAddress, agent: false }).end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    return response.statusCode;
  }
});
