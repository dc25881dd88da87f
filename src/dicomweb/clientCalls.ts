import type { DicomJson } from '../dicom/index.js';
import { type Answer, statusError } from './answer.js';
import type { Asked } from './client.js';
import { decodeDatasets } from './decode.js';
import { PacsError } from './errors.js';
import type { Page } from './listing.js';
import { PooledRequest, type PooledRequestOptions } from './pooledRequest.js';
import type { Transport } from './transport.js';

/** Has dicomweb-client make its requests over our transport, one at a time for each call. */
export class ClientCalls {
  readonly #transport: Transport;
  readonly #maxAnswerBytes: number;

  /** @param maxAnswerBytes most bytes of an answer, where the call does not say otherwise */
  constructor(transport: Transport, maxAnswerBytes: number) {
    this.#transport = transport;
    this.#maxAnswerBytes = maxAnswerBytes;
  }

  /** A call that is answered with datasets. @throws PacsError for every status but 200 and 204 */
  async query(call: (request: Asked['request']) => Promise<unknown>): Promise<Page<DicomJson>> {
    const { answer, result } = await this.call({ decode: decodeDatasets }, call);
    if (answer.status === 204) return { records: [], truncated: false };
    if (answer.status !== 200) throw statusError(answer);
    return { records: result as DicomJson[], truncated: /\b299\b/.test(answer.header('warning') ?? '') };
  }

  /** The answer, whatever its status: dicomweb-client hides it behind errors, so it is kept. @throws PacsError */
  async call(
    options: Omit<PooledRequestOptions, 'maxBytes'> & { maxBytes?: number },
    call: (request: Asked['request']) => Promise<unknown>,
  ): Promise<{ answer: Answer; result: unknown }> {
    const instance = new PooledRequest(this.#transport, { maxBytes: this.#maxAnswerBytes, ...options });
    let result: unknown;
    try {
      result = await call({ instance });
    } catch (error) {
      if (instance.failure !== undefined) throw instance.failure;
      if (instance.answer === undefined) throw error;
    }
    if (instance.answer === undefined) throw new PacsError('pacs-unreachable', 'No answer');
    return { answer: instance.answer, result };
  }

  /** Ends what is under way with `pacs-closed`, and closes the connections. */
  close(): Promise<void> {
    return this.#transport.close();
  }
}
