import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { DicomWeb, type DicomWebOptions } from '../../src/dicomweb/index.js';
import { type Handler, type ScriptedServer, scriptedServer } from './scriptedServer.js';

/** For what is never answered. */
export const IMPATIENT = { connectMs: 400, headersMs: 250, idleBodyMs: 250 };

/** A client and the server it talks to; all of them end with `endAll`. */
export class Setting {
  readonly #ends: (() => Promise<void>)[] = [];

  async server(handler: Handler, tls?: Parameters<typeof scriptedServer>[1]): Promise<ScriptedServer> {
    const server = await scriptedServer(handler, tls);
    this.#ends.push(() => server.close());
    return server;
  }

  /** A server that speaks no HTTP. Gives its port. */
  async rawServer(handler: (socket: Socket) => void): Promise<number> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      handler(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#ends.push(async () => {
      const done = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await done;
    });
    return (server.address() as AddressInfo).port;
  }

  /** Repeats at once, and has patience with a busy machine unless told otherwise (`IMPATIENT`). */
  client(options: DicomWebOptions): DicomWeb {
    const web = new DicomWeb({
      backoffMs: 1,
      maxBackoffMs: 1500,
      retries: 2,
      ...options,
      timeouts: {
        connectMs: 20_000,
        headersMs: 20_000,
        idleBodyMs: 20_000,
        totalMs: 40_000,
        ...options.timeouts,
      },
    });
    this.#ends.push(() => web.close());
    return web;
  }

  async pair(
    handler: Handler,
    options: DicomWebOptions = {},
  ): Promise<{ server: ScriptedServer; web: DicomWeb }> {
    const server = await this.server(handler);
    return { server, web: this.client({ url: server.url, ...options }) };
  }

  async endAll(): Promise<void> {
    await Promise.all(this.#ends.splice(0).map((end) => end()));
  }
}
