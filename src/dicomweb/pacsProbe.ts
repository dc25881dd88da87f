import type { DicomJson, StudyInstanceUID } from '../dicom/index.js';
import { pathSegment } from './address.js';
import { type Answer, statusError } from './answer.js';
import type { QueryKeys } from './client.js';
import { DEFAULT_MAX_ANSWER_BYTES, type DicomWebOptions } from './connectionSettings.js';
import { decodeDatasets } from './decode.js';
import { openTransport, type Way } from './openTransport.js';

/** What a server said to one question, as it said it. */
export interface Answered {
  status: number;
  /** The server's clock (RFC 9110 §6.6.1), where it tells. */
  date: Date | undefined;
  /** It said that there is more than it gave (Warning 299). */
  truncated: boolean;
  records: DicomJson[];
}

/**
 * Asks a PACS single questions and gives back what came, without any of `DicomWeb`'s care for servers that fall short:
 * for finding out how a server is.
 */
export class PacsProbe {
  readonly #way: Way;
  readonly #maxBytes: number;

  /** @throws PacsError `pacs-settings` */
  constructor(options: DicomWebOptions) {
    this.#way = openTransport({ retries: 0, ...options });
    this.#maxBytes = options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
  }

  /**
   * A search for studies with just these keys.
   *
   * @param keys values of letters, digits and `,.*-` only: they go into the address as they are, since not every server
   *   decodes it
   * @throws PacsError for every status but 200 and 204, and where there is no answer
   */
  async searchStudies(keys: QueryKeys): Promise<Answered> {
    const query = Object.entries(keys).map(([key, value]) => `${key}=${value}`);
    return this.#search(`${this.#way.qido.url}/studies?${query.join('&')}`);
  }

  /** The status alone, whatever it is, of a search for one study. @throws PacsError where there is no answer */
  async searchStatus(): Promise<{ status: number; date: Date | undefined }> {
    const answer = await this.#get(`${this.#way.qido.url}/studies?limit=1`);
    return { status: answer.status, date: dateOf(answer) };
  }

  /**
   * Asks for a study to be deleted, as some servers can (it is in no standard). Gives the status.
   *
   * @throws PacsError where there is no answer
   */
  async deleteStudy(studyInstanceUID: StudyInstanceUID): Promise<number> {
    const { status } = await this.#way.transport.exchange({
      method: 'DELETE',
      url: `${this.#way.wado.url}/studies/${pathSegment(studyInstanceUID)}`,
      headers: {},
      maxBytes: this.#maxBytes,
    });
    return status;
  }

  close(): Promise<void> {
    return this.#way.transport.close();
  }

  async #search(url: string): Promise<Answered> {
    const answer = await this.#get(url);
    if (answer.status !== 200 && answer.status !== 204) throw statusError(answer);
    return {
      status: answer.status,
      date: dateOf(answer),
      truncated: /\b299\b/.test(answer.header('warning') ?? ''),
      records: answer.status === 204 ? [] : decodeDatasets(answer),
    };
  }

  #get(url: string): Promise<Answer> {
    const headers = { accept: 'application/dicom+json' };
    return this.#way.transport.exchange({ method: 'GET', url, headers, maxBytes: this.#maxBytes });
  }
}

function dateOf(answer: Answer): Date | undefined {
  const date = new Date(answer.header('date') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
