import {
  type DicomJson,
  type InstanceReference,
  type SeriesInstanceUID,
  type SOPClassUID,
  type SOPInstanceUID,
  type StudyInstanceUID,
  usableUid,
} from '../dicom/index.js';
import type { QueryKeys } from './client.js';
import { PacsError } from './errors.js';
import { allPages, type Page } from './listing.js';
import { OptionalKeys } from './optionalKeys.js';

/** An instance as the PACS lists it. */
export interface InstanceRecord extends Omit<InstanceReference, 'sopClassUID'> {
  /** Undefined where the PACS does not tell. */
  sopClassUID: SOPClassUID | undefined;
  modality: string | undefined;
  /** `L`, `R` or `B` (0020,0062) and the view's short name (0018,5101), where the server tells. */
  imageLaterality: string | undefined;
  viewPosition: string | undefined;
}

/** The queries below one study. */
export interface AskInstances {
  instances(studyInstanceUID: StudyInstanceUID, keys: QueryKeys): Promise<Page<DicomJson>>;
  series(studyInstanceUID: StudyInstanceUID, keys: QueryKeys): Promise<Page<DicomJson>>;
  seriesInstances(
    studyInstanceUID: StudyInstanceUID,
    seriesInstanceUID: SeriesInstanceUID,
    keys: QueryKeys,
  ): Promise<Page<DicomJson>>;
}

const FIELDS = {
  includefield: 'SOPClassUID,SOPInstanceUID,Modality,SeriesInstanceUID,ImageLaterality,ViewPosition',
};

/**
 * Lists the instances of a study, in one query where the server can, else series by series.
 *
 * An incomplete listing would make an exam look complete, or a delivered object look missing, so it is an error.
 */
export class InstanceSearch {
  readonly #ask: AskInstances;
  readonly #pageSize: number;
  readonly #optional = new OptionalKeys();

  constructor(ask: AskInstances, pageSize: number) {
    this.#ask = ask;
    this.#pageSize = pageSize;
  }

  /** Empty where the server has no such study and does not say 404. @throws PacsError */
  async of(studyInstanceUID: StudyInstanceUID, expected?: number): Promise<InstanceRecord[]> {
    const direct = await this.#direct(studyInstanceUID, expected);
    return direct ?? this.#bySeries(studyInstanceUID);
  }

  /** Undefined where the server does not list the instances of a study, or not with their series. */
  async #direct(
    study: StudyInstanceUID,
    expected: number | undefined,
  ): Promise<InstanceRecord[] | undefined> {
    let datasets: DicomJson[];
    try {
      datasets = await this.#all(
        study,
        'SOPInstanceUID',
        (keys) => this.#ask.instances(study, keys),
        expected,
      );
    } catch (error) {
      if (error instanceof PacsError && [400, 404, 405, 406, 501].includes(error.status ?? 0))
        return undefined;
      throw error;
    }
    if (datasets.some((dataset) => dataset.string('SeriesInstanceUID') === undefined)) return undefined;
    return records(datasets, study, {});
  }

  async #bySeries(study: StudyInstanceUID): Promise<InstanceRecord[]> {
    const series = await this.#all(study, 'SeriesInstanceUID', (keys) => this.#ask.series(study, keys));
    const found: InstanceRecord[] = [];
    for (const one of series) {
      const seriesInstanceUID = usableUid<SeriesInstanceUID>(one.string('SeriesInstanceUID'));
      if (seriesInstanceUID === undefined || foreign(one, study)) continue;
      const datasets = await this.#all(study, 'SOPInstanceUID', (keys) =>
        this.#ask.seriesInstances(study, seriesInstanceUID, keys),
      );
      found.push(...records(datasets, study, { seriesInstanceUID, modality: one.string('Modality') }));
    }
    return found;
  }

  async #all(
    study: StudyInstanceUID,
    keyword: string,
    ask: (keys: QueryKeys) => Promise<Page<DicomJson>>,
    expected = Number.POSITIVE_INFINITY,
  ): Promise<DicomJson[]> {
    const found: DicomJson[] = [];
    const pages = allPages(
      (limit, offset) => this.#optional.asked({ limit: String(limit), offset: String(offset) }, FIELDS, ask),
      (dataset) => dataset.string(keyword) ?? '',
      this.#pageSize,
      expected,
    );
    for (;;) {
      const next = await pages.next();
      if (next.done !== true) {
        found.push(next.value);
        continue;
      }
      // 'doubtful' is good enough here: no modality is asked for, and the number is a round one.
      if (next.value !== 'cut') return found;
      throw new PacsError('pacs-listing-incomplete', `The PACS does not list all of study ${study}`, {
        remedy: 'Raise the limit on query results in the PACS, or have it honour the offset parameter.',
      });
    }
  }
}

function foreign(dataset: DicomJson, study: StudyInstanceUID): boolean {
  const uid = dataset.string('StudyInstanceUID');
  return uid !== undefined && uid !== study;
}

/**
 * @throws PacsError `pacs-answer-malformed` where an instance has no usable UID: the exam would look smaller than it is
 */
function records(
  datasets: readonly DicomJson[],
  study: StudyInstanceUID,
  known: { seriesInstanceUID?: SeriesInstanceUID; modality?: string | undefined },
): InstanceRecord[] {
  const found: InstanceRecord[] = [];
  for (const dataset of datasets) {
    if (foreign(dataset, study)) continue;
    const sopInstanceUID = usableUid<SOPInstanceUID>(dataset.string('SOPInstanceUID'));
    const series = dataset.string('SeriesInstanceUID');
    const seriesInstanceUID =
      series === undefined ? known.seriesInstanceUID : usableUid<SeriesInstanceUID>(series);
    if (sopInstanceUID === undefined || seriesInstanceUID === undefined) {
      throw new PacsError(
        'pacs-answer-malformed',
        `The PACS lists an instance of study ${study} without its UIDs`,
      );
    }
    found.push({
      studyInstanceUID: study,
      seriesInstanceUID,
      sopInstanceUID,
      sopClassUID: usableUid<SOPClassUID>(dataset.string('SOPClassUID')),
      modality: dataset.string('Modality') ?? known.modality,
      imageLaterality: dataset.string('ImageLaterality'),
      viewPosition: dataset.string('ViewPosition'),
    });
  }
  return found;
}
