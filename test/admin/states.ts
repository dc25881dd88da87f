import sharp from 'sharp';
import type {
  DayStretch,
  ExamDesk,
  ExamStatus,
  ExamWork,
  ReasonStatus,
  StatusSnapshot,
} from '../../src/admin/index.js';
import type { ShortAnswer } from '../../src/findings/index.js';

/*
 * A service as it can be found: empty, busy, in trouble. Made up, for the tests of the pages and for their pictures.
 */

export const NOW = new Date(2026, 2, 2, 10, 31, 12);
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

const READING = {
  operatingPoint: 0.5,
  probabilityName: 'Probability of cancer ("malignant")',
  notExcluded: 'cancer',
  caution: 'Numbers far too high for screening: read them as an order, not as a risk.',
};

/** Two probabilities in percent; undefined: that breast was not analysed. */
function answer(
  right: number | undefined,
  left: number | undefined,
  code = 'views-not-in-study',
): ShortAnswer {
  const views = ['CC', 'MLO'] as const;
  const breasts = (
    [
      ['R', right],
      ['L', left],
    ] as const
  ).map(([laterality, percent]) =>
    percent === undefined
      ? { laterality, answered: false as const, code }
      : { laterality, answered: true as const, probability: percent / 100, positive: percent >= 50, views },
  );
  return { ...READING, breasts };
}

const study = (number: number) => `1.2.276.0.7230010.3.1.2.8323329.31290.16${number}.40961${number}`;

const EMPTY: StatusSnapshot = {
  version: '0.1.0',
  startedAt: ago(90),
  now: NOW,
  service: {
    state: 'waiting',
    lastCycle: { startedAt: ago(21), endedAt: ago(20), searched: true, studies: 0, exams: 0 },
    lastSign: ago(20),
    staleAfterSeconds: 120,
  },
  pacs: { url: 'https://pacs.hospital.example/dicom-web', reachable: true },
  model: {
    name: 'breast-cancer',
    version: '1.0.0',
    engine: 'onnxruntime',
    device: 'cpu',
    reason:
      'the fastest that works here; not onnxruntime on cuda: the CUDA libraries of onnxruntime-node are not ' +
      'installed; not tensorflow on cpu: slower',
  },
  ledger: { toldAt: NOW },
  counts: { waiting: 0, claimed: 0, delivering: 0, failed: 0, delivered: 0, partial: 0, 'not-processed': 0 },
  queue: 0,
  backlog: { ready: 0, arriving: { exams: 0 }, again: { exams: 0 }, others: 0 },
  reasons: [],
  day: day(() => ({})),
  exams: [],
};

function day(of: (hour: number, index: number) => Partial<DayStretch>): DayStretch[] {
  return Array.from({ length: 48 }, (_, index) => {
    const from = new Date(2026, 2, 1, 11, 30 * index);
    const nothing = { delivered: 0, partial: 0, notProcessed: 0, failed: 0 };
    return { from, ...nothing, ...of(from.getHours(), index) };
  });
}

const WORKDAY = [0, 0, 0, 0, 0, 0, 1, 4, 9, 12, 11, 10, 6, 9, 11, 8, 5, 2, 1, 0, 1, 0, 0, 0];

function exam(number: number, state: string, seconds: number, more: Partial<ExamStatus> = {}): ExamStatus {
  const closed = ['delivered', 'partial', 'not-processed'].includes(state);
  return {
    studyInstanceUID: study(number),
    state,
    revision: 1,
    attempts: 1,
    firstSeen: ago(seconds + 70),
    lastChange: ago(seconds + 41),
    updatedAt: ago(seconds),
    ...(closed && { closedAt: ago(seconds) }),
    ...more,
  };
}

const MISSING = {
  code: 'images-missing',
  reason:
    'The answer rests on 3 of 4 images; it lacks R MLO 1.2.840.113619.2.66.2158408118.16050010109 ' +
    '(pixel-data-broken). Once they can be read: mamori retry.',
};
const UNREADABLE = {
  code: 'images-unreadable',
  reason: '4 images could not be read. The stored pixels end before the image does.',
};

/** As its report has it: the right breast's answer lacks a view. */
const LACKING: ShortAnswer = {
  ...READING,
  breasts: [
    { laterality: 'R', answered: true, probability: 0.82, positive: true, views: ['CC'] },
    { laterality: 'L', answered: true, probability: 0.72, positive: true, views: ['CC', 'MLO'] },
  ],
};

const PARTIAL: ReasonStatus = { state: 'partial', exams: 1, latest: ago(4200), isRight: false, ...MISSING };
const GIVEN_UP: ReasonStatus = {
  state: 'not-processed',
  exams: 2,
  latest: ago(9200),
  isRight: false,
  ...UNREADABLE,
};
const NOTHING_THERE: ReasonStatus = {
  state: 'not-processed',
  code: 'no-mammogram',
  exams: 12,
  latest: ago(5000),
  reason: 'The study holds no mammogram.',
  isRight: true,
};

const ONE_BREAST = { code: 'views-not-in-study', reason: 'Right breast not in the study.' };

/** Of all kinds; the last is of an earlier version, which kept none. */
const ANSWERS: readonly (ShortAnswer | undefined)[] = [
  ...[answer(3.1, 8.4), answer(71.2, 5.5), answer(12.9, 49.97), answer(undefined, 22.6), answer(6.7, 2.3)],
  ...[answer(1.8, 91.4), answer(15.2, undefined, 'unlike-training'), undefined],
];

const DELIVERED = [150, 260, 410, 900, 1500, 1900, 2400, 3100].map((seconds, index) =>
  exam(20 + index, 'delivered', seconds, { shortAnswer: ANSWERS[index], ...(index === 3 && ONE_BREAST) }),
);

/** A usual morning. */
const BUSY: StatusSnapshot = {
  ...EMPTY,
  startedAt: ago(11 * 86_400),
  service: {
    ...EMPTY.service,
    state: 'working',
    lastCycle: {
      startedAt: ago(44),
      endedAt: ago(14),
      searched: true,
      studies: 231,
      exams: 3,
      passedOver: { 'poll.exclude.StudyDescription': 4 },
    },
  },
  counts: {
    waiting: 7,
    claimed: 1,
    delivering: 1,
    failed: 0,
    delivered: 5210,
    partial: 3,
    'not-processed': 14,
  },
  queue: 4,
  backlog: { ready: 4, arriving: { exams: 3, until: ago(-80) }, again: { exams: 0 }, others: 0 },
  reasons: [
    { ...PARTIAL, exams: 3, latest: ago(3 * 86_400) },
    { ...GIVEN_UP, latest: ago(5 * 86_400) },
    NOTHING_THERE,
  ],
  day: day((hour, index) => {
    const delivered = WORKDAY[hour]! + (index % 3 === 0 && WORKDAY[hour]! > 3 ? 2 : 0);
    return delivered === 0 ? {} : { delivered, median: 31 + (index % 4) * 3, most: 48 + (index % 5) * 9 };
  }),
  exams: [
    exam(11, 'claimed', 3, { worker: 'mamori-1/4711/9f2c/0' }),
    exam(12, 'delivering', 5, { worker: 'mamori-1/4711/9f2c/1' }),
    exam(13, 'waiting', 9),
    exam(14, 'waiting', 12),
    ...DELIVERED,
  ],
};

/** Exams that want a look, and a service that does its work. */
const ATTENTION: StatusSnapshot = {
  ...BUSY,
  reasons: [GIVEN_UP, PARTIAL, NOTHING_THERE],
  day: BUSY.day.map((stretch, index) => ({
    ...stretch,
    ...(index === 41 && { notProcessed: 2 }),
    ...(index === 44 && { partial: 1 }),
  })),
  exams: [
    ...BUSY.exams.slice(0, 4),
    exam(31, 'partial', 4200, { ...MISSING, shortAnswer: LACKING }),
    exam(32, 'not-processed', 9200, UNREADABLE),
    ...DELIVERED,
  ],
};

const AWAY = 'No connection to https://pacs.hospital.example/dicom-web (ECONNREFUSED).';

/** The PACS is away, since half an hour. */
const TROUBLE: StatusSnapshot = {
  ...ATTENTION,
  service: {
    ...EMPTY.service,
    state: 'waiting',
    lastCycle: { startedAt: ago(31), endedAt: ago(30), searched: false, studies: 0, exams: 0 },
  },
  pacs: {
    url: EMPTY.pacs.url,
    reachable: false,
    problem: AWAY,
    code: 'pacs-unreachable',
    since: ago(1910),
    leftAlone: { code: 'pacs-unreachable', until: ago(-222) },
  },
  counts: { ...BUSY.counts, claimed: 0, delivering: 0, failed: 5, waiting: 11, 'not-processed': 16 },
  queue: 11,
  backlog: { ready: 11, arriving: { exams: 0 }, again: { exams: 5, next: ago(-222) }, others: 0 },
  reasons: [
    { state: 'failed', code: 'pacs-unreachable', exams: 5, latest: ago(1900), reason: AWAY, isRight: false },
    ...ATTENTION.reasons,
  ],
  day: ATTENTION.day.map((stretch, index) =>
    index === 46
      ? { ...stretch, delivered: 3, failed: 5 }
      : index === 47
        ? { ...stretch, delivered: 0 }
        : stretch,
  ),
  exams: [
    ...[41, 42, 43, 44, 45].map((number) =>
      exam(number, 'failed', 1900 + number, { code: 'pacs-unreachable', reason: AWAY, retryAt: ago(-222) }),
    ),
    ...ATTENTION.exams.slice(4),
  ],
};

const PAUSED: StatusSnapshot = {
  ...BUSY,
  service: { ...BUSY.service, state: 'waiting' },
  pausing: { since: ago(2500), by: 'anna', why: 'PACS upgrade' },
  counts: { ...BUSY.counts, claimed: 0, delivering: 0, waiting: 9 },
  backlog: { ready: 9, arriving: { exams: 0 }, again: { exams: 0 }, others: 0 },
  exams: BUSY.exams.slice(2),
};

const LEDGER_AWAY: StatusSnapshot = {
  ...BUSY,
  ledger: {
    toldAt: ago(140),
    problem:
      'The ledger in PostgreSQL (db.hospital.example:5432, database mamori) cannot be reached (ECONNREFUSED).',
    code: 'ledger-unreachable',
    since: ago(130),
  },
};

export const STATES = {
  empty: EMPTY,
  busy: BUSY,
  attention: ATTENTION,
  trouble: TROUBLE,
  paused: PAUSED,
  ledgerAway: LEDGER_AWAY,
} satisfies Record<string, StatusSnapshot>;

/** An exam that failed once and was then delivered without a view. */
const WORK: ExamWork = {
  ...exam(31, 'partial', 4200, { ...MISSING, shortAnswer: LACKING }),
  attempts: 2,
  model: { name: 'breast-cancer', version: '1.0.0', settings: '8f14e45fceea167a' },
  isServed: true,
  ways: { retry: true, reprocess: false, adopt: false },
  presentAnswer: { revision: 1 },
  images: [
    { sopInstanceUID: `${study(31)}.1`, view: 'RCC', answered: true },
    { sopInstanceUID: `${study(31)}.2`, view: 'LCC', answered: true },
    { sopInstanceUID: `${study(31)}.3`, view: 'LMLO', answered: true },
    {
      sopInstanceUID: `${study(31)}.4`,
      view: 'RMLO',
      answered: false,
      code: 'pixel-data-broken',
      reason: 'The stored pixels end before the image does.',
    },
  ],
  objects: [4, 0, 1, 3].map((index) => ({
    revision: 1,
    kind: index === 4 ? 'tid1500' : 'secondary-capture',
    sopInstanceUID: `2.25.10342918857741203384761200${index}`,
    view: ['RCC', 'LCC', 'RMLO', 'LMLO'][index],
    bytes: index === 4 ? 41_200 : 2_900_000,
    sentAt: ago(4203),
    confirmedAt: ago(4202),
    isPicture: index < 4,
  })),
  steps: [
    { at: ago(4900), event: 'seen' },
    { at: ago(4840), event: 'claimed', worker: 'mamori-1/4711/9f2c/0' },
    {
      at: ago(4835),
      event: 'failed',
      worker: 'mamori-1/4711/9f2c/0',
      code: 'pacs-timed-out',
      reason: 'The PACS gave no answer in 60 s.',
    },
    { at: ago(4211), event: 'claimed', worker: 'mamori-1/4711/9f2c/0' },
    { at: ago(4204), event: 'objects-kept', worker: 'mamori-1/4711/9f2c/0', ...MISSING },
    { at: ago(4203), event: 'sent', worker: 'mamori-1/4711/9f2c/0' },
    { at: ago(4202), event: 'confirmed', worker: 'mamori-1/4711/9f2c/0' },
    { at: ago(4200), event: 'partial', worker: 'mamori-1/4711/9f2c/0', ...MISSING },
  ],
};

/** A desk that has one exam, and tells a listener what was ordered. */
export function madeDesk(
  exams: readonly ExamStatus[],
  onOrder: (order: string) => void = () => {},
  work: ExamWork | (() => ExamWork) = WORK,
): ExamDesk {
  const workNow = () => (typeof work === 'function' ? work() : work);
  return {
    find: async ({ states, codes }) =>
      exams.filter(
        ({ state, code }) => (states?.includes(state) ?? true) && (codes?.includes(code ?? '') ?? true),
      ),
    works: async (asked) => (asked === WORK.studyInstanceUID ? [workNow()] : []),
    answer: async () => ({
      sopInstanceUID: WORK.objects[0]!.sopInstanceUID,
      revision: 1,
      summary:
        'PARTIAL AI result: R MLO was not analysed. Right breast: AI positive (82 %). Left breast: AI positive (72 %).',
      answers: [
        { about: 'Exam: AI answer', probability: '82', verdict: 'positive' },
        { about: 'Right breast: AI answer', probability: '82', verdict: 'positive' },
        { about: 'Left breast: AI answer', probability: '72', verdict: 'positive' },
        { about: 'L CC: AI answer', probability: '86', verdict: 'positive' },
        { about: 'L MLO: AI answer', probability: '57', verdict: 'positive' },
        { about: 'R CC: AI answer', probability: '82', verdict: 'positive' },
        { about: 'R MLO: NOT PROCESSED', comment: 'The stored pixels end before the image does.' },
      ],
      comments: ['AI result, not for primary diagnosis.'],
    }),
    // Their captions say the same as the answers above.
    picture: async (_, asked) => {
      const four = await sharp('docs/images/result.png').metadata();
      const width = Math.floor(four.width / 4);
      const left = (Number(asked.at(-1)) % 4) * width;
      return sharp('docs/images/result.png').extract({ left, top: 0, width, height: four.height }).toBuffer();
    },
    retry: async (filter) => {
      onOrder(`retry ${JSON.stringify(filter)}`);
      return { exams: 2, earlier: 3 };
    },
    reprocess: async (asked) => {
      onOrder(`reprocess ${asked}`);
      return 'taken-up';
    },
    pause: async (by) => {
      onOrder('pause');
      return { since: NOW, by: by.name };
    },
    goOn: async () => {
      onOrder('go-on');
      return undefined;
    },
  };
}

/** The latest exams, one of them answered by another model. */
export const TWO_MODELS: StatusSnapshot = {
  ...BUSY,
  exams: BUSY.exams.map((one, index) =>
    index === 5
      ? {
          ...one,
          shortAnswer: {
            operatingPoint: 0.3,
            probabilityName: 'Probability that a mass is malignant ("malignant")',
            notExcluded: 'malignancy',
            breasts: answer(31.2, 5.5).breasts.map((breast) => ({
              ...breast,
              positive: breast.laterality === 'R',
            })),
          },
        }
      : one,
  ),
};

/** The same, closed by an earlier version. */
export const EARLIER_WORK: ExamWork = {
  ...WORK,
  state: 'delivered',
  code: undefined,
  reason: undefined,
  isServed: false,
  ways: { retry: false, reprocess: true, adopt: false },
  model: { ...WORK.model, version: '0.9.0' },
};

/** The same, with an answer that was taken back and no report that says so. */
export const TAKEN_BACK: ExamWork = {
  ...WORK,
  state: 'not-processed',
  revision: 2,
  code: 'contradictory-patient',
  reason: 'The images are of more than one patient.',
  presentAnswer: {
    outdated:
      'The earlier answer in the PACS (revision 1) no longer holds: the exam was closed as not processed. ' +
      'The images are of more than one patient.',
  },
};

export const EXAM_SHOWN = WORK.studyInstanceUID;
