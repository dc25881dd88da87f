import type { DicomJson, SeriesInstanceUID, SOPInstanceUID, StudyInstanceUID } from '../dicom/index.js';
import { pathSegment } from './address.js';
import { statusError } from './answer.js';
import { type Client, dicomwebClient, type QueryKeys } from './client.js';
import { ClientCalls } from './clientCalls.js';
import {
  DEFAULT_MAX_ANSWER_BYTES,
  DEFAULT_MAX_INSTANCE_BYTES,
  DEFAULT_PAGE_SIZE,
  DEFAULT_READ_BACK_DELAYS_MS,
  type DicomWebOptions,
} from './connectionSettings.js';
import { decodeInstance } from './decode.js';
import { PacsError } from './errors.js';
import { type InstanceRecord, InstanceSearch } from './instanceSearch.js';
import { InstanceStore } from './instanceStore.js';
import { openTransport } from './openTransport.js';
import { readBack } from './readBack.js';
import type { InstanceToStore, StoreAnswer } from './storeAnswer.js';
import { type StudyQuery, type StudyRecord, StudySearch } from './studySearch.js';

/** Room for delimiters and header fields around an instance. */
const FRAMING_BYTES = 64 * 1024;

/** The PACS: query (QIDO-RS), retrieve (WADO-RS), store (STOW-RS) and read back. Safe for concurrent use. */
export class DicomWeb {
  /** How long whoever stores waits before each `confirm`, as long as something is missing. */
  readonly readBackDelaysMs: readonly number[];
  readonly #calls: ClientCalls;
  readonly #qido: Client;
  readonly #wado: Client;
  readonly #storing: InstanceStore;
  readonly #maxInstanceBytes: number;
  readonly #studies: StudySearch;
  readonly #instances: InstanceSearch;

  /** @throws PacsError `pacs-settings` */
  constructor(options: DicomWebOptions) {
    const { transport, qido, wado, stow } = openTransport(options);
    const maxAnswerBytes = options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES;
    this.readBackDelaysMs = options.readBackDelaysMs ?? DEFAULT_READ_BACK_DELAYS_MS;
    this.#calls = new ClientCalls(transport, maxAnswerBytes);
    this.#qido = dicomwebClient(qido.url);
    this.#wado = dicomwebClient(wado.url);
    this.#storing = new InstanceStore(this.#calls, dicomwebClient(stow.url));
    this.#maxInstanceBytes = options.maxInstanceBytes ?? DEFAULT_MAX_INSTANCE_BYTES;
    const pageSize = options.pageSize ?? DEFAULT_PAGE_SIZE;
    this.#studies = new StudySearch(
      (queryParams) => this.#calls.query((request) => this.#qido.searchForStudies({ queryParams, request })),
      pageSize,
    );
    const below = (studyInstanceUID: StudyInstanceUID, queryParams: QueryKeys) => ({
      studyInstanceUID: pathSegment(studyInstanceUID),
      queryParams,
    });
    this.#instances = new InstanceSearch(
      {
        instances: (study, keys) =>
          this.#calls.query((request) => this.#qido.searchForInstances({ ...below(study, keys), request })),
        series: (study, keys) =>
          this.#calls.query((request) => this.#qido.searchForSeries({ ...below(study, keys), request })),
        seriesInstances: (study, series, keys) =>
          this.#calls.query((request) =>
            this.#qido.searchForInstances({
              ...below(study, keys),
              seriesInstanceUID: pathSegment(series),
              request,
            }),
          ),
      },
      pageSize,
    );
  }

  /**
   * The studies with a study date in the range, each once, the newest days first: a longer range than one page holds is
   * asked for day by day. The next page is asked for when the one before it has been taken.
   *
   * Studies whose modalities the server does not tell are among them.
   *
   * @throws PacsError; `pacs-listing-incomplete` only after everything that could be found has been given
   */
  studies(query: StudyQuery): AsyncIterable<StudyRecord> {
    return this.#studies.find(query);
  }

  /**
   * What the PACS lists of one study, these attributes among it as far as it keeps them on that level; undefined where
   * it does not list the study or refuses the question.
   *
   * @throws PacsError
   */
  async listedStudy(
    studyInstanceUID: StudyInstanceUID,
    keywords: readonly string[],
  ): Promise<DicomJson | undefined> {
    const queryParams = { StudyInstanceUID: pathSegment(studyInstanceUID), includefield: keywords.join(',') };
    try {
      const { records } = await this.#calls.query((request) =>
        this.#qido.searchForStudies({ queryParams, request }),
      );
      return records.find((study) => study.string('StudyInstanceUID') === studyInstanceUID);
    } catch (error) {
      if (error instanceof PacsError && error.status === 400) return undefined;
      throw error;
    }
  }

  /**
   * Every study of the archive a page at a time, whatever its date, and some more than once. Long: it is for those that
   * have no date. @throws PacsError
   */
  allStudies(modality: string): AsyncGenerator<StudyRecord[]> {
    return this.#studies.everything(modality);
  }

  /**
   * All instances of a study; empty where there is none.
   *
   * @param options.expected as many as the archive says that there are: when they have come, no further page is asked
   * for
   * @throws PacsError `pacs-not-found`, …
   */
  async instances(
    studyInstanceUID: StudyInstanceUID,
    options: { expected?: number | undefined } = {},
  ): Promise<InstanceRecord[]> {
    return this.#instances.of(studyInstanceUID, options.expected);
  }

  /**
   * One instance as a DICOM file.
   *
   * The array has memory of its own, or lies in what `allocate` gives (at least as many bytes as asked for, more than
   * the file has), so its buffer can be handed to another thread.
   *
   * @param transferSyntax `stored`, or Explicit VR Little Endian, for which the PACS decodes
   * @throws PacsError
   */
  async retrieveInstance(
    studyInstanceUID: StudyInstanceUID,
    seriesInstanceUID: SeriesInstanceUID,
    sopInstanceUID: SOPInstanceUID,
    options: {
      transferSyntax?: 'stored' | '1.2.840.10008.1.2.1';
      allocate?: ((bytes: number) => ArrayBuffer) | undefined;
    } = {},
  ): Promise<Uint8Array> {
    const wanted = options.transferSyntax ?? 'stored';
    const transferSyntax = wanted === 'stored' ? '*' : wanted;
    const { result, answer } = await this.#calls.call(
      {
        maxBytes: this.#maxInstanceBytes + FRAMING_BYTES,
        allocate: options.allocate,
        accept: `multipart/related; type="application/dicom"; transfer-syntax=${transferSyntax}`,
        decode: decodeInstance,
      },
      (request) =>
        this.#wado.retrieveInstance({
          studyInstanceUID: pathSegment(studyInstanceUID),
          seriesInstanceUID: pathSegment(seriesInstanceUID),
          sopInstanceUID: pathSegment(sopInstanceUID),
          request,
        }),
    );
    if (result instanceof Uint8Array) return result;
    throw statusError(answer);
  }

  /**
   * What the PACS says of one instance, without its pixels (WADO-RS metadata, PS3.18 §10.4.1.1.2).
   *
   * @throws PacsError; `pacs-answer-malformed` where it does not describe that instance
   */
  async instanceMetadata(
    studyInstanceUID: StudyInstanceUID,
    seriesInstanceUID: SeriesInstanceUID,
    sopInstanceUID: SOPInstanceUID,
  ): Promise<DicomJson> {
    const { records } = await this.#calls.query((request) =>
      this.#wado.retrieveInstanceMetadata({
        studyInstanceUID: pathSegment(studyInstanceUID),
        seriesInstanceUID: pathSegment(seriesInstanceUID),
        sopInstanceUID: pathSegment(sopInstanceUID),
        request,
      }),
    );
    const described = records.find(
      (dataset) =>
        dataset.string('SOPInstanceUID') === sopInstanceUID &&
        dataset.string('StudyInstanceUID') === studyInstanceUID,
    );
    if (described !== undefined) return described;
    throw new PacsError('pacs-answer-malformed', `The PACS does not describe instance ${sopInstanceUID}`);
  }

  /**
   * Stores instances in a study and gives what the server says about each. Only `confirm` is proof. What it refuses
   * compressed is sent again without compression (`storeAsTaken`).
   *
   * @param options.uncompressed from now on: compressed instances were taken, it seemed, and do not show
   * @throws PacsError where the request as a whole failed; instances may have been stored all the same
   */
  store(
    studyInstanceUID: StudyInstanceUID,
    instances: readonly InstanceToStore[],
    options: { uncompressed?: boolean } = {},
  ): Promise<StoreAnswer> {
    return this.#storing.store(studyInstanceUID, instances, options);
  }

  /**
   * Reads back which of the instances the study holds: by query, and where that does not show them all, by the
   * study's metadata, since some archives list late.
   *
   * @throws PacsError where neither is available
   */
  async confirm(
    studyInstanceUID: StudyInstanceUID,
    sopInstanceUIDs: readonly SOPInstanceUID[],
  ): Promise<{ present: SOPInstanceUID[]; missing: SOPInstanceUID[] }> {
    return readBack(sopInstanceUIDs, {
      listed: async () =>
        (await this.instances(studyInstanceUID)).map(({ sopInstanceUID }) => sopInstanceUID),
      described: () => this.#metadataUids(studyInstanceUID),
    });
  }

  /**
   * Every instance of the study without its pixels: unlike a query's answer with all sequences.
   *
   * @throws PacsError `pacs-not-found`, …
   */
  async metadata(studyInstanceUID: StudyInstanceUID): Promise<DicomJson[]> {
    const { records } = await this.#calls.query((request) =>
      this.#wado.retrieveStudyMetadata({ studyInstanceUID: pathSegment(studyInstanceUID), request }),
    );
    return records.filter(
      (dataset) => (dataset.string('StudyInstanceUID') ?? studyInstanceUID) === studyInstanceUID,
    );
  }

  /** Ends what is under way with `pacs-closed`, and closes the connections. */
  close(): Promise<void> {
    return this.#calls.close();
  }

  async #metadataUids(studyInstanceUID: StudyInstanceUID): Promise<string[]> {
    return (await this.metadata(studyInstanceUID))
      .map((dataset) => dataset.string('SOPInstanceUID'))
      .filter((uid) => uid !== undefined);
  }
}
