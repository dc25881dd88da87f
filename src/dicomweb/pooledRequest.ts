import type { Answer } from './answer.js';
import type { PacsError } from './errors.js';
import { boundaryOf, multipartPieces } from './multipart.js';
import type { Transport } from './transport.js';

export interface PooledRequestOptions {
  /** Most bytes of the answer's body. */
  maxBytes: number;
  /** Where to put the answer's body; see `Exchange`. */
  allocate?: ((bytes: number) => ArrayBuffer) | undefined;
  /** Accept header to send in place of dicomweb-client's own. */
  accept?: string;
  /** Instances to send as the parts of a multipart body. */
  instances?: readonly Uint8Array[];
  /** Turns an answer of status 200 into what dicomweb-client hands to its caller. @throws PacsError */
  decode(answer: Answer): unknown;
}

/**
 * What dicomweb-client sees as an XMLHttpRequest: the few members it touches, over the pooled transport.
 *
 * Its option `request.instance` is its one way in for an HTTP client other than the browser's.
 * dicomweb-client knows addresses, parameters and headers; bodies are taken out of its hands in both directions. It
 * would join all instances to one buffer before sending and search answers byte by byte, which for mammograms costs
 * more than the network does (`npm run bench -- --part libraries`).
 */
export class PooledRequest {
  readyState = 0;
  status = 0;
  response: unknown = null;
  responseType = '';
  withCredentials = false;
  onreadystatechange: (() => void) | null = null;
  /** The answer, once there is one. */
  answer: Answer | undefined;
  /** Why there is none, or none that can be read. */
  failure: PacsError | Error | undefined;

  readonly #transport: Transport;
  readonly #options: PooledRequestOptions;
  readonly #headers: Record<string, string> = {};
  #method: 'GET' | 'POST' = 'GET';
  #url = '';

  constructor(transport: Transport, options: PooledRequestOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  open(method: string, url: string): void {
    this.#method = method.toUpperCase() === 'POST' ? 'POST' : 'GET';
    this.#url = url;
    this.readyState = 1;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name.toLowerCase()] = value;
  }

  /** Bodies are decoded already when dicomweb-client asks: a type that makes it decode again must not be named. */
  getResponseHeader(_name: string): string | null {
    return null;
  }

  getAllResponseHeaders(): string {
    return '';
  }

  send(_data?: unknown): void {
    void this.#exchange().then(() => {
      this.readyState = 4;
      this.onreadystatechange?.();
    });
  }

  async #exchange(): Promise<void> {
    const { maxBytes, allocate, accept, instances, decode } = this.#options;
    if (accept !== undefined) this.#headers.accept = accept;
    try {
      const answer = await this.#transport.exchange({
        method: this.#method,
        url: this.#url,
        headers: this.#headers,
        maxBytes,
        allocate,
        ...(instances === undefined
          ? {}
          : { body: multipartPieces(instances, boundaryOf(this.#headers['content-type'] ?? '') ?? '') }),
      });
      this.answer = answer;
      if (answer.status === 200) this.response = decode(answer);
      this.status = answer.status;
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    }
  }
}
