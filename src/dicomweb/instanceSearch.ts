import type { DicomJson } from '../dicom/index.js';
import { isUsableUid } from './address.js';
import type { QueryKeys } from './client.js';
import { PacsError } from './errors.js';
import { allPages, type Page } from './listing.js';

/** An instance as the PACS lists it. */
export interface InstanceRecord {
  studyInstanceUID: string;
  seriesInstanceUID: string;
  sopInstanceUID: string;
  sopClassUID: string | undefined;
  modality: string | undefined;
  /** `L`, `R` or `B` (0020,0062) and the view's short name (0018,5101), where the server tells. */
  imageLaterality: string | undefined;
  viewPosition: string | undefined;
}

/** The queries below one study. */
export interface AskInstances {
  instances(studyInstanceUID: string, keys: QueryKeys): Promise<Page<DicomJson>>;
  series(studyInstanceUID: string, keys: QueryKeys): Promise<Page<DicomJson>>;
  seriesInstances(
    studyInstanceUID: string,
    seriesInstanceUID: string,
    keys: QueryKeys,
  ): Promise<Page<DicomJson>>;
}

const INSTANCE_FIELDS = 'SOPClassUID,SOPInstanceUID,Modality,SeriesInstanceUID,ImageLaterality,ViewPosition';

/**
 * Lists the instances of a study, in one query where the server can, else series by series.
 *
 * An incomplete listing would make an exam look complete, or a delivered object look missing, so it is an error.
 */
export class InstanceSearch {
  readonly #ask: AskInstances;
  readonly #pageSize: number;
  #withFields = true;

  constructor(ask: AskInstances, pageSize: number) {
    this.#ask = ask;
    this.#pageSize = pageSize;
  }

  /** Empty where the server has no such study and does not say 404. @throws PacsError */
  async of(studyInstanceUID: string): Promise<InstanceRecord[]> {
    const direct = await this.#direct(studyInstanceUID);
    return direct ?? this.#bySeries(studyInstanceUID);
  }

  /** Undefined where the server does not list the instances of a study, or not with their series. */
  async #direct(study: string): Promise<InstanceRecord[] | undefined> {
    let datasets: DicomJson[];
    try {
      datasets = await this.#all(study, 'SOPInstanceUID', (keys) => this.#ask.instances(study, keys));
    } catch (error) {
      if (error instanceof PacsError && [400, 404, 405, 406, 501].includes(error.status ?? 0))
        return undefined;
      throw error;
    }
    if (datasets.some((dataset) => dataset.string('SeriesInstanceUID') === undefined)) return undefined;
    return records(datasets, study, {});
  }

  async #bySeries(study: string): Promise<InstanceRecord[]> {
    const series = await this.#all(study, 'SeriesInstanceUID', (keys) => this.#ask.series(study, keys));
    const found: InstanceRecord[] = [];
    for (const one of series) {
      const seriesInstanceUID = one.string('SeriesInstanceUID');
      if (seriesInstanceUID === undefined || foreign(one, study)) continue;
      const datasets = await this.#all(study, 'SOPInstanceUID', (keys) =>
        this.#ask.seriesInstances(study, seriesInstanceUID, keys),
      );
      found.push(...records(datasets, study, { seriesInstanceUID, modality: one.string('Modality') }));
    }
    return found;
  }

  async #all(
    study: string,
    keyword: string,
    ask: (keys: QueryKeys) => Promise<Page<DicomJson>>,
  ): Promise<DicomJson[]> {
    const found: DicomJson[] = [];
    const pages = allPages(
      (limit, offset) => this.#understood({ limit: String(limit), offset: String(offset) }, ask),
      (dataset) => dataset.string(keyword) ?? '',
      this.#pageSize,
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

  async #understood(
    keys: QueryKeys,
    ask: (keys: QueryKeys) => Promise<Page<DicomJson>>,
  ): Promise<Page<DicomJson>> {
    if (this.#withFields) {
      try {
        return await ask({ ...keys, includefield: INSTANCE_FIELDS });
      } catch (error) {
        if (!(error instanceof PacsError) || error.status !== 400) throw error;
      }
      const page = await ask(keys);
      this.#withFields = false;
      return page;
    }
    return ask(keys);
  }
}

function foreign(dataset: DicomJson, study: string): boolean {
  const uid = dataset.string('StudyInstanceUID');
  return uid !== undefined && uid !== study;
}

/**
 * @throws PacsError `pacs-answer-malformed` where an instance has no usable UID: the exam would look smaller than it is
 */
function records(
  datasets: readonly DicomJson[],
  study: string,
  known: { seriesInstanceUID?: string; modality?: string | undefined },
): InstanceRecord[] {
  const found: InstanceRecord[] = [];
  for (const dataset of datasets) {
    if (foreign(dataset, study)) continue;
    const sopInstanceUID = dataset.string('SOPInstanceUID');
    const seriesInstanceUID = dataset.string('SeriesInstanceUID') ?? known.seriesInstanceUID;
    if (sopInstanceUID === undefined || !isUsableUid(sopInstanceUID) || seriesInstanceUID === undefined) {
      throw new PacsError(
        'pacs-answer-malformed',
        `The PACS lists an instance of study ${study} without its UIDs`,
      );
    }
    found.push({
      studyInstanceUID: study,
      seriesInstanceUID,
      sopInstanceUID,
      sopClassUID: dataset.string('SOPClassUID'),
      modality: dataset.string('Modality') ?? known.modality,
      imageLaterality: dataset.string('ImageLaterality'),
      viewPosition: dataset.string('ViewPosition'),
    });
  }
  return found;
}
