/** How one kind of archive behaves, as real ones do, besides what goes wrong with it. */
export interface ServerProfile {
  name: string;
  /** NumberOfStudyRelatedInstances, in its list of studies. */
  tellsCounts: boolean;
  /** Views, SOP classes and modalities in its list of a study's instances. */
  tellsViews: boolean;
  tellsClasses: boolean;
  /** StudyDate in its list of studies; without it a study is in no search by dates. */
  tellsDates: boolean;
  /** What is stored is shown so much later at the most. */
  indexedAfterMs: number;
  /** What it says where it has an instance of that name; whichever it says, it keeps the old one. */
  duplicates: 'stored' | 'refused' | 'unknown';
  /** What it says of what it did not store. */
  unstored: 'stored' | 'unknown' | 'refused' | 'conflict';
  /** Lists some studies twice and in no order. */
  repeats: boolean;
}

export const PLAIN_SERVER: ServerProfile = {
  name: 'plain',
  tellsCounts: true,
  tellsViews: true,
  tellsClasses: true,
  tellsDates: true,
  indexedAfterMs: 0,
  duplicates: 'stored',
  unstored: 'stored',
  repeats: false,
};

export const SERVER_PROFILES: readonly ServerProfile[] = [
  PLAIN_SERVER,
  // A Lua filter's reject: listed as stored, and gone. Its storage full: 200, and nothing in the answer.
  { ...PLAIN_SERVER, name: 'Orthanc with a filter', tellsViews: false },
  { ...PLAIN_SERVER, name: 'Orthanc with a full disk', unstored: 'unknown' },
  { ...PLAIN_SERVER, name: 'dcm4chee', unstored: 'conflict', duplicates: 'unknown', indexedAfterMs: 2000 },
  { ...PLAIN_SERVER, name: 'Azure', unstored: 'refused', duplicates: 'refused', tellsCounts: false },
  { ...PLAIN_SERVER, name: 'Google', unstored: 'conflict', repeats: true, indexedAfterMs: 10_000 },
  { ...PLAIN_SERVER, name: 'an index behind its storage', indexedAfterMs: 90_000, repeats: true },
  {
    ...PLAIN_SERVER,
    name: 'tells little',
    tellsCounts: false,
    tellsViews: false,
    tellsClasses: false,
    repeats: true,
  },
  { ...PLAIN_SERVER, name: 'without dates', tellsDates: false },
];
