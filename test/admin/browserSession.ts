import { once } from 'node:events';
import { request } from 'node:http';

/** What a browser does of what matters here: it keeps a cookie, says which page sends, and follows nothing. */
export class Browser {
  cookie: string | undefined;
  /** Sent with every request, as by a proxy on the way. */
  extra: Record<string, string> = {};
  #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The same port under another host. */
  at(host: string): void {
    const url = new URL(this.#url);
    url.hostname = host;
    this.#url = url.href;
  }

  get(path: string): Promise<Response> {
    return this.#fetch(path, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate' } });
  }

  /** From a page of the same site. */
  post(path: string, body?: URLSearchParams): Promise<Response> {
    return this.#fetch(path, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin' },
      ...(body && { body }),
    });
  }

  /** From wherever the headers say. */
  send(path: string, headers: Record<string, string>): Promise<Response> {
    return this.#fetch(path, { method: 'POST', headers });
  }

  signIn(name: string, password: string, to = '/'): Promise<Response> {
    return this.post('/sign-in', new URLSearchParams({ name, password, to }));
  }

  /** By another name that leads to the same machine. @returns the status */
  async sendTo(host: string, path: string): Promise<number> {
    const { hostname, port } = new URL(this.#url);
    const sent = request({ hostname, port, path, headers: { host } }).end();
    const [response] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }];
    response.resume();
    return response.statusCode;
  }

  /** A provider has several cookies. */
  #keep(cookie: string): void {
    const name = cookie.slice(0, cookie.indexOf('=') + 1);
    const others = (this.cookie ?? '').split('; ').filter((one) => one !== '' && !one.startsWith(name));
    this.cookie = [...others, cookie].join('; ');
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...this.extra, ...init.headers, ...(this.cookie && { cookie: this.cookie }) };
    const response = await fetch(new URL(path, this.#url), { ...init, headers, redirect: 'manual' });
    for (const given of response.headers.getSetCookie()) this.#keep(given.split(';')[0]!);
    return response;
  }
}
