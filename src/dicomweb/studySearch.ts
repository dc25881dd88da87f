import { type DicomJson, type StudyInstanceUID, usableUid } from '../dicom/index.js';
import type { QueryKeys } from './client.js';
import { type Days, dateRange, days, halves, within } from './days.js';
import { PacsError } from './errors.js';
import { allPages, type ListingEnd, type Page } from './listing.js';

/** A study as the PACS lists it. Nothing about the patient is asked for or kept. */
export interface StudyRecord {
  studyInstanceUID: StudyInstanceUID;
  /** DA, as it came. */
  studyDate: string | undefined;
  /** Empty where the server does not say. */
  modalities: string[];
  numberOfInstances: number | undefined;
}

export interface StudyQuery {
  /** First and last study date, `YYYYMMDD`, both included. */
  from: string;
  to: string;
  /** Studies with at least one series of this modality. */
  modality?: string;
}

export type AskStudies = (keys: QueryKeys) => Promise<Page<DicomJson>>;

/** Asked for by name: some servers give the computed ones only then, and none needs to send the patient's. */
const STUDY_FIELDS = 'StudyInstanceUID,StudyDate,ModalitiesInStudy,NumberOfStudyRelatedInstances';

/** Asked of servers that ignore the offset, when one ordinary page does not hold a day. */
const WHOLE_DAY_LIMIT = 10_000;

/**
 * Finds studies on servers that each have their own way of not listing them all.
 *
 * The modality goes along in the question where that works, and is checked again here. A range of dates that does
 * not come out whole is asked for again in smaller ones; a single day that does not is asked for without the
 * modality, since paging works on every server then.
 */
export class StudySearch {
  readonly #ask: AskStudies;
  readonly #pageSize: number;
  /** What the server has turned out not to understand. */
  #withFields = true;
  #withModality = true;

  constructor(ask: AskStudies, pageSize: number) {
    this.#ask = ask;
    this.#pageSize = pageSize;
  }

  /** @throws PacsError; `pacs-listing-incomplete` only after everything that could be found has been given */
  async *find(query: StudyQuery): AsyncGenerator<StudyRecord> {
    const range = days(query.from, query.to);
    const seen = new Set<string>();
    for await (const dataset of this.#range(range, query.modality)) {
      const study = studyRecord(dataset);
      if (study === undefined || seen.has(study.studyInstanceUID) || !matches(study, range, query.modality))
        continue;
      seen.add(study.studyInstanceUID);
      yield study;
    }
  }

  async *#range(range: Days, modality: string | undefined): AsyncGenerator<DicomJson> {
    const end = yield* this.#listed(range, modality, this.#pageSize);
    if (end === 'complete') return;
    const parts = halves(range);
    if (parts === undefined) return yield* this.#day(range, modality, end);
    for (const part of parts) yield* this.#range(part, modality);
  }

  /** One day whose listing did not come out whole. */
  async *#day(
    day: Days,
    modality: string | undefined,
    first: ListingEnd | 'refused',
  ): AsyncGenerator<DicomJson> {
    let end = first;
    let limit = this.#pageSize;
    while (end === 'refused' && limit > 1) {
      limit = Math.floor(limit / 2);
      end = yield* this.#listed(day, modality, limit);
    }
    if (end !== 'complete' && modality !== undefined) end = yield* this.#listed(day, undefined, limit);
    // Full pages to the very end are no cause for doubt without the modality.
    if (end === 'complete' || end === 'doubtful') return;
    // The offset is ignored: all in one answer, if that is longer than the ones before.
    let number = 0;
    const whole = this.#listed(day, modality, WHOLE_DAY_LIMIT);
    for (;;) {
      const next = await whole.next();
      if (next.done === true) {
        if (next.value === 'complete' && number > limit) return;
        break;
      }
      number += 1;
      yield next.value;
    }
    throw new PacsError('pacs-listing-incomplete', `The PACS does not list all studies of ${day.from}`, {
      remedy: 'Raise the limit on query results in the PACS, or have it honour the offset parameter.',
    });
  }

  async *#listed(
    range: Days,
    modality: string | undefined,
    limit: number,
  ): AsyncGenerator<DicomJson, ListingEnd | 'refused'> {
    try {
      return yield* allPages(
        (size, offset) =>
          this.#understood(
            { StudyDate: dateRange(range), limit: String(size), offset: String(offset) },
            modality,
          ),
        (dataset) => dataset.string('StudyInstanceUID') ?? '',
        limit,
      );
    } catch (error) {
      if (error instanceof PacsError && error.status === 413) return 'refused';
      throw error;
    }
  }

  /** Asks, and on 400 asks again without what not every server takes. */
  async #understood(keys: QueryKeys, modality: string | undefined): Promise<Page<DicomJson>> {
    for (;;) {
      const withFields = this.#withFields;
      const withModality = this.#withModality && modality !== undefined;
      try {
        return await this.#ask({
          ...keys,
          ...(withModality ? { ModalitiesInStudy: modality } : {}),
          ...(withFields ? { includefield: STUDY_FIELDS } : {}),
        });
      } catch (error) {
        if (!(error instanceof PacsError) || error.status !== 400 || !(withFields || withModality))
          throw error;
        if (withFields) this.#withFields = false;
        else this.#withModality = false;
      }
    }
  }
}

function studyRecord(dataset: DicomJson): StudyRecord | undefined {
  const studyInstanceUID = usableUid<StudyInstanceUID>(dataset.string('StudyInstanceUID'));
  if (studyInstanceUID === undefined) return undefined;
  return {
    studyInstanceUID,
    studyDate: dataset.string('StudyDate'),
    // Some join the values as in a DICOM file.
    modalities: dataset.strings('ModalitiesInStudy').flatMap((values) => values.split('\\')),
    numberOfInstances: dataset.number('NumberOfStudyRelatedInstances'),
  };
}

function matches(study: StudyRecord, range: Days, modality: string | undefined): boolean {
  if (study.studyDate !== undefined && !within(study.studyDate, range)) return false;
  return modality === undefined || study.modalities.length === 0 || study.modalities.includes(modality);
}
