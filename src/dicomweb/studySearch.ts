import { type DicomJson, type StudyInstanceUID, usableUid } from '../dicom/index.js';
import type { QueryKeys } from './client.js';
import { type Days, dateRange, days, halves, within } from './days.js';
import { isIncompleteListing, PacsError } from './errors.js';
import { allPages, type ListingEnd, type Page } from './listing.js';
import { OptionalKeys } from './optionalKeys.js';

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
  /** Only studies that began at this time of day or later, `HHMMSS`; servers that cannot tell list the others too. */
  since?: string;
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
  readonly #optional = new OptionalKeys();

  constructor(ask: AskStudies, pageSize: number) {
    this.#ask = ask;
    this.#pageSize = pageSize;
  }

  /** @throws PacsError; `pacs-listing-incomplete` only after everything that could be found has been given */
  async *find(query: StudyQuery): AsyncGenerator<StudyRecord> {
    const range = days(query.from, query.to);
    const seen = new Set<string>();
    for await (const dataset of this.#range(range, query)) {
      const study = studyRecord(dataset);
      if (study === undefined || seen.has(study.studyInstanceUID) || !matches(study, range, query.modality))
        continue;
      seen.add(study.studyInstanceUID);
      yield study;
    }
  }

  /**
   * Every study of the server, a page at a time, whatever its date. Only what the last page held is remembered: this
   * can be millions.
   */
  async *everything(modality: string): AsyncGenerator<StudyRecord[]> {
    // What the server refuses here may be the missing date: searches by dates learn nothing from it.
    const apart = new StudySearch(this.#ask, this.#pageSize);
    // Some lose their place when the modality is asked for: then they list all studies, and it is checked here alone.
    for (const asked of [modality, undefined]) {
      let isFull = false;
      let last = '';
      for (let offset = 0; ; ) {
        const page = await apart.#understood(
          { limit: String(this.#pageSize), offset: String(offset) },
          { modality: asked },
        );
        const names = page.records.map((dataset) => dataset.string('StudyInstanceUID')).join();
        if (page.records.length === 0 || names === last) break;
        yield page.records
          .flatMap((dataset) => studyRecord(dataset) ?? [])
          .filter((study) => hasModality(study, modality));
        offset += page.records.length;
        last = names;
        isFull = page.records.length >= this.#pageSize;
      }
      // A full page before the end may not have been the last.
      if (!isFull) return;
    }
  }

  /** What one page holds at once; more of it by halves, the later first, so that the newest day comes first. */
  async *#range(range: Days, query: Wanted): AsyncGenerator<DicomJson> {
    const parts = halves(range);
    if (parts === undefined) {
      const end = yield* this.#listed(range, query, this.#pageSize);
      if (end !== 'complete') yield* this.#day(range, query, end);
      return;
    }
    const held: DicomJson[] = [];
    const listed = this.#listed(range, query, this.#pageSize);
    for (;;) {
      const next = await listed.next();
      if (next.done !== true) {
        held.push(next.value);
        if (held.length <= this.#pageSize) continue;
      } else if (next.value === 'complete') {
        yield* held.sort((a, b) => dateOf(b).localeCompare(dateOf(a)));
        return;
      }
      break;
    }
    let incomplete: PacsError | undefined;
    for (const part of parts.reverse()) {
      try {
        yield* this.#range(part, query);
      } catch (error) {
        if (!isIncompleteListing(error)) throw error;
        incomplete ??= error;
      }
    }
    if (incomplete !== undefined) throw incomplete;
  }

  /** One day whose listing did not come out whole. */
  async *#day(day: Days, query: Wanted, first: ListingEnd | 'refused'): AsyncGenerator<DicomJson> {
    let end = first;
    let limit = this.#pageSize;
    while (end === 'refused' && limit > 1) {
      limit = Math.floor(limit / 2);
      end = yield* this.#listed(day, query, limit);
    }
    if (end !== 'complete' && query.modality !== undefined) end = yield* this.#listed(day, {}, limit);
    // Full pages to the very end are no cause for doubt without the modality.
    if (end === 'complete' || end === 'doubtful') return;
    // The offset is ignored: all in one answer, if that is longer than the ones before.
    let number = 0;
    const whole = this.#listed(day, query, WHOLE_DAY_LIMIT);
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
    query: Wanted,
    limit: number,
  ): AsyncGenerator<DicomJson, ListingEnd | 'refused'> {
    try {
      return yield* allPages(
        (size, offset) =>
          this.#understood(
            { StudyDate: dateRange(range), limit: String(size), offset: String(offset) },
            query,
          ),
        (dataset) => dataset.string('StudyInstanceUID') ?? '',
        limit,
      );
    } catch (error) {
      if (error instanceof PacsError && error.status === 413) return 'refused';
      throw error;
    }
  }

  #understood(keys: QueryKeys, { modality, since }: Wanted): Promise<Page<DicomJson>> {
    const optional = {
      ...(since !== undefined && { StudyTime: `${since}-` }),
      includefield: STUDY_FIELDS,
      ...(modality !== undefined && { ModalitiesInStudy: modality }),
    };
    return this.#optional.asked(keys, optional, this.#ask);
  }
}

/** What is asked for besides the dates. */
type Wanted = Pick<StudyQuery, 'modality' | 'since'>;

function dateOf(dataset: DicomJson): string {
  return dataset.string('StudyDate') ?? '';
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
  return modality === undefined || hasModality(study, modality);
}

function hasModality({ modalities }: StudyRecord, modality: string): boolean {
  return modalities.length === 0 || modalities.includes(modality);
}
