import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type Answer, bodyText } from './answer.js';
import { readBody } from './body.js';
import type { Credentials, ProxySettings, Timeouts, TlsSettings } from './connectionSettings.js';
import { type Authoriser, authoriser, basic } from './credentials.js';
import { PacsError } from './errors.js';
import { type Stage, transportError, wasConnectionLost } from './failure.js';
import { redirectTarget } from './redirectTarget.js';
import { mayPass, pauseBeforeRetry, type RetryPolicy, retryAfterMs } from './requestRetry.js';

export interface Exchange {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  /** Sent one after the other as one body, without being copied. */
  body?: readonly Uint8Array[];
  /** Most bytes of the answer's body. */
  maxBytes: number;
  /** Where to put the answer's body, if not in memory of its own: at least as many bytes as asked for. */
  allocate?: ((bytes: number) => ArrayBuffer) | undefined;
}

export interface TransportOptions extends RetryPolicy {
  /** The origins that are the PACS: only they see credentials and the client certificate. */
  origins: ReadonlySet<string>;
  auth: Credentials;
  tls: TlsSettings;
  proxy?: ProxySettings | undefined;
  timeouts: Timeouts;
  connections: number;
}

const MAX_REDIRECTS = 4;
/**
 * For undici the wait for an answer begins again with each piece that it hands to the socket. One as large as an
 * instance would count as silence of the server for as long as a slow line takes to carry it.
 */
const SLICE_BYTES = 256 * 1024;
const MAX_TOKEN_ANSWER_BYTES = 1024 * 1024;

/**
 * HTTP to the PACS: pooled connections, credentials, time-outs, repeats.
 *
 * Every request made here may be repeated: queries and retrievals change nothing, what is stored has the same UIDs and
 * bytes each time, and what is deleted stays deleted, so a repeat after a lost answer is harmless.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #pacs: Dispatcher;
  /** For hosts that are not the PACS: authorisation servers, targets of redirects. Has no client certificate. */
  readonly #others: Dispatcher;
  readonly #authoriser: Authoriser;
  readonly #underWay = new Set<AbortController>();
  readonly #withoutToken = new WeakSet<PacsError>();
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    const { ca, cert, key, passphrase } = options.tls;
    const proxyFor = (what: 'pacs' | 'login') =>
      options.proxy !== undefined && ['all', what].includes(options.proxy.for) ? options.proxy : undefined;
    this.#pacs = this.#agent({ ca, cert, key, passphrase }, proxyFor('pacs'));
    const authorities = ca === undefined ? undefined : [...rootCertificates, ca];
    this.#others = this.#agent({ ca: authorities }, proxyFor('login'));
    this.#authoriser = authoriser(options.auth, (url, form, headers) => this.#postForm(url, form, headers));
  }

  #agent(
    tls: { ca?: string | string[] | undefined; cert?: string; key?: string; passphrase?: string },
    proxy: ProxySettings | undefined,
  ): Dispatcher {
    const { timeouts, connections } = this.#options;
    const connect = {
      timeout: timeouts.connectMs,
      ...Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)),
    };
    const options = {
      connections,
      pipelining: 1,
      // Orthanc closes after 1 s, and says so; undici's own margin of 1 s would mean a new connection each time.
      keepAliveTimeout: 4_000,
      keepAliveTimeoutThreshold: 300,
      headersTimeout: timeouts.headersMs,
      bodyTimeout: timeouts.idleBodyMs,
    };
    if (proxy === undefined) return new Agent({ ...options, connect });
    const { url, username, password = '' } = proxy;
    const token = username === undefined ? {} : { token: basic(username, password) };
    // The proxy sees host and port, never what goes through, nor the client certificate.
    return new ProxyAgent({ ...options, uri: url, requestTls: connect, ...token });
  }

  /** The answer, whatever its status, after repeats where they may help. @throws PacsError */
  async exchange(request: Exchange): Promise<Answer> {
    return this.#repeated(request, async (attempt) => {
      const header = await this.#authorization();
      const answer = await attempt(header);
      if (answer.status !== 401 || !this.#authoriser.rejected(header)) return answer;
      return attempt(await this.#authorization());
    });
  }

  async #authorization(): Promise<string | undefined> {
    try {
      return await this.#authoriser.header();
    } catch (error) {
      // A token that could not be obtained has been asked for often enough already.
      if (error instanceof PacsError) this.#withoutToken.add(error);
      throw error;
    }
  }

  /** Ends requests under way with `pacs-closed` and closes the connections. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const controller of this.#underWay) controller.abort();
    await Promise.all([this.#pacs.destroy(), this.#others.destroy()]);
  }

  async #postForm(url: string, form: URLSearchParams, headers: Record<string, string>) {
    const request: Exchange = {
      method: 'POST',
      url,
      headers: {
        ...headers,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: [Buffer.from(form.toString())],
      maxBytes: MAX_TOKEN_ANSWER_BYTES,
    };
    const answer = await this.#repeated(request, (attempt) => attempt(undefined));
    let json: unknown;
    try {
      json = JSON.parse(bodyText(answer));
    } catch {
      json = undefined;
    }
    return {
      status: answer.status,
      json,
      retryAfterMs: retryAfterMs(answer.header('retry-after'), Date.now()),
    };
  }

  async #repeated(
    request: Exchange,
    once: (attempt: (authorization: string | undefined) => Promise<Answer>) => Promise<Answer>,
  ): Promise<Answer> {
    let failures = 0;
    for (;;) {
      let asked: number | undefined;
      let outcome: { answer: Answer } | { error: PacsError };
      try {
        const answer = await once((authorization) => this.#followed(request, authorization));
        if (!mayPass(answer.status)) return answer;
        asked = retryAfterMs(answer.header('retry-after'), Date.now());
        outcome = { answer };
      } catch (error) {
        if (!(error instanceof PacsError) || !error.transient || this.#withoutToken.has(error)) throw error;
        outcome = { error };
      }
      failures += 1;
      const pause = pauseBeforeRetry(this.#options, failures, asked, Math.random());
      if (pause === undefined) {
        if ('answer' in outcome) return outcome.answer;
        throw outcome.error;
      }
      await this.#sleep(pause);
    }
  }

  /** One request and the redirects it meets. */
  async #followed(request: Exchange, authorization: string | undefined): Promise<Answer> {
    let url = new URL(request.url);
    for (let hop = 0; ; hop++) {
      const answer = await this.#sent(request, url, authorization);
      const location = answer.header('location');
      if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
      const target = redirectTarget(url, location);
      const repeatable = request.method === 'GET' || (answer.status >= 307 && target?.origin === url.origin);
      if (target === undefined || !repeatable || hop === MAX_REDIRECTS) {
        throw new PacsError('pacs-refused', 'The PACS redirects to where this request must not go', {
          method: request.method,
          url: url.href,
          status: answer.status,
          remedy: 'Check the address of the PACS: http instead of https, or a login page before it?',
        });
      }
      url = target;
    }
  }

  async #sent(request: Exchange, url: URL, authorization: string | undefined): Promise<Answer> {
    try {
      return await this.#sentOnce(request, url, authorization);
    } catch (error) {
      // A kept-alive connection that the server closed just now says nothing about the server: once more at once.
      const lost =
        error instanceof PacsError && error.code === 'pacs-unreachable' && wasConnectionLost(error.cause);
      if (!lost || this.#closed) throw error;
      return this.#sentOnce(request, url, authorization);
    }
  }

  async #sentOnce(request: Exchange, url: URL, authorization: string | undefined): Promise<Answer> {
    const at = { method: request.method, url: url.href };
    const isPacs = this.#options.origins.has(url.origin);
    const headers = { ...request.headers };
    if (isPacs && authorization !== undefined) headers.authorization = authorization;
    if (request.body !== undefined) {
      headers['content-length'] = String(request.body.reduce((sum, piece) => sum + piece.length, 0));
    }
    const controller = new AbortController();
    if (this.#closed) throw closed(at);
    this.#underWay.add(controller);
    let outOfTime = false;
    const timer = setTimeout(() => {
      outOfTime = true;
      controller.abort();
    }, this.#options.timeouts.totalMs);
    let stage: Stage = 'before-headers';
    try {
      const response = await (isPacs ? this.#pacs : this.#others).request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: request.method,
        headers,
        // undici takes any iterable of byte arrays; its types name only streams.
        body:
          request.body === undefined
            ? null
            : (inSlices(request.body) as unknown as Dispatcher.DispatchOptions['body']),
        signal: controller.signal,
      });
      stage = 'in-body';
      const header = (name: string) => single(response.headers[name]);
      const body = await readBody(
        response.body,
        { contentLength: header('content-length'), contentEncoding: header('content-encoding') },
        request.maxBytes,
        request.allocate,
      );
      return { ...at, status: response.statusCode, header, body };
    } catch (error) {
      if (this.#closed) throw closed(at);
      if (outOfTime) {
        throw new PacsError('pacs-timed-out', 'The request as a whole took too long', {
          ...at,
          transient: true,
          cause: error,
        });
      }
      throw transportError(error, stage, at);
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(controller);
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const controller = new AbortController();
      this.#underWay.add(controller);
      const done = () => {
        clearTimeout(timer);
        this.#underWay.delete(controller);
        resolve();
      };
      const timer = setTimeout(done, ms);
      controller.signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** The same bytes as views, small enough to show that a request gets on. */
function* inSlices(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces)
    for (let at = 0; at < piece.length; at += SLICE_BYTES) yield piece.subarray(at, at + SLICE_BYTES);
}

function closed(at: { method: string; url: string }): PacsError {
  return new PacsError('pacs-closed', 'The connection to the PACS was closed', at);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
