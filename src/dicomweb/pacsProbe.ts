import { createHash } from 'node:crypto';
import type { DicomJson, SeriesInstanceUID, SOPInstanceUID, StudyInstanceUID } from '../dicom/index.js';
import { pathSegment } from './address.js';
import { type Answer, bodyText, statusError } from './answer.js';
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

type RenderedNames = [study: StudyInstanceUID, series: SeriesInstanceUID, instance: SOPInstanceUID];

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

  /**
   * Asks for an instance as a picture for people (rendered resource, PS3.18 §10.4.1.1.2). Gives the status and what
   * kind of thing came.
   *
   * @throws PacsError where there is no answer
   */
  async render(...[study, series, instance]: RenderedNames): Promise<{ status: number; type: string }> {
    const path = `studies/${pathSegment(study)}/series/${pathSegment(series)}/instances/${pathSegment(instance)}`;
    const answer = await this.#way.transport.exchange({
      method: 'GET',
      url: `${this.#way.wado.url}/${path}/rendered`,
      // The one that every server has to have (PS3.18 §8.7.4); some read no list of them.
      headers: { accept: 'image/jpeg' },
      maxBytes: this.#maxBytes,
    });
    return { status: answer.status, type: answer.header('content-type') ?? '' };
  }

  /**
   * Deletes a study by Orthanc's own interface, where the PACS is an Orthanc and that can be reached beside DICOMweb.
   * Orthanc names a study after patient ID and UID; it is deleted only where what stands under that name has this UID.
   *
   * @returns whether it said that it has deleted it. @throws PacsError where there is no answer
   */
  async deleteFromOrthanc(studyInstanceUID: StudyInstanceUID, patientID: string): Promise<boolean> {
    const root = this.#way.wado.url.replace(/\/dicom-web$/, '');
    if (root === this.#way.wado.url) return false;
    const system = await this.#json(`${root}/system`);
    if (typeof system?.ApiVersion !== 'number' || typeof system.Version !== 'string') return false;
    const hash = createHash('sha1').update(`${patientID}|${studyInstanceUID}`).digest('hex');
    const url = `${root}/studies/${hash.match(/.{8}/g)!.join('-')}`;
    const tags = (await this.#json(url))?.MainDicomTags as Record<string, unknown> | undefined;
    if (tags?.StudyInstanceUID !== studyInstanceUID) return false;
    const { status } = await this.#way.transport.exchange({
      method: 'DELETE',
      url,
      headers: {},
      maxBytes: this.#maxBytes,
    });
    return status === 200;
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

  /** An object in JSON; undefined for anything else. */
  async #json(url: string): Promise<Record<string, unknown> | undefined> {
    const headers = { accept: 'application/json' };
    const answer = await this.#way.transport.exchange({
      method: 'GET',
      url,
      headers,
      maxBytes: this.#maxBytes,
    });
    if (answer.status !== 200) return undefined;
    try {
      const value: unknown = JSON.parse(bodyText(answer));
      return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
    } catch {
      return undefined;
    }
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
