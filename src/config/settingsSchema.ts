import { validate as isSchedule } from 'node-cron';
import { z } from 'zod';
import { dictionaryKeywords, isTextAttribute } from '../dicom/index.js';
import { outputSettings } from '../exam/index.js';
import { DEVICE_CHOICES, ENGINE_CHOICES } from '../model/index.js';
import { admin } from './adminSettings.js';
import { auditSettings } from './auditSettings.js';
import { ledgerUrlProblem } from './ledgerUrl.js';
import { notify } from './notifySettings.js';
import { httpUrl, proxyParts, seconds, secret, tlsFiles } from './settingParts.js';
import { nearest } from './suggestion.js';

/**
 * The settings, key by key. Ranges and defaults live here; config/mamori.schema.json is made from it, and the
 * descriptions are what editors show beside a key. What stands under `outputs` follows from the table of kinds of
 * object, `exam/outputs.ts`.
 */

const withoutSlash = (text: string) => text.replace(/\/+$/, '');

const noAuth = z.strictObject({ type: z.literal('none') });
const basicAuth = z.strictObject({
  type: z.literal('basic'),
  username: z.string().min(1),
  password: secret,
});

const pacsAuth = z.discriminatedUnion('type', [
  noAuth,
  basicAuth,
  z.strictObject({ type: z.literal('bearer'), token: secret }),
  z.strictObject({
    type: z.literal('oauth2'),
    tokenUrl: httpUrl.describe('Token endpoint for the client-credentials grant'),
    clientId: z.string().min(1),
    clientSecret: secret,
    scope: z.string().min(1).optional(),
    audience: z.string().min(1).optional(),
    credentialsIn: z
      .enum(['header', 'body'])
      .default('header')
      .describe('Where the client id and secret go (RFC 6749 section 2.3.1)'),
  }),
]);

const proxy = z.strictObject({
  ...proxyParts,
  for: z
    .enum(['all', 'pacs', 'login'])
    .default('all')
    .describe('What goes through it: all, only the PACS, or only the authorisation server'),
});

const pacs = z
  .strictObject({
    url: httpUrl.transform(withoutSlash).optional().describe('DICOMweb root, for QIDO, WADO and STOW alike'),
    qidoUrl: httpUrl.transform(withoutSlash).optional().describe('Root for QIDO-RS where it is another'),
    wadoUrl: httpUrl.transform(withoutSlash).optional().describe('Root for WADO-RS where it is another'),
    stowUrl: httpUrl.transform(withoutSlash).optional().describe('Root for STOW-RS where it is another'),
    auth: pacsAuth.prefault({ type: 'none' }).describe('How Mamori signs in at the PACS'),
    tls: tlsFiles.prefault({}),
    proxy: proxy.optional().describe('An HTTP proxy on the way'),
    timeouts: z
      .strictObject({
        connectSeconds: seconds(0.1, 600).default(10).describe('Until a connection stands'),
        headersSeconds: seconds(0.1, 3600).default(120).describe('Until an answer begins'),
        idleSeconds: seconds(0.1, 3600).default(60).describe('Between two pieces of an answer'),
        totalSeconds: seconds(0.1, 86_400).default(900).describe('One request as a whole'),
      })
      .prefault({}),
    connections: z.int().min(1).max(64).default(6).describe('Connections open at the same time'),
    maxInstanceMegabytes: z.int().min(1).max(2047).default(512).describe('A larger instance is refused'),
    maxAnswerMegabytes: z.int().min(1).max(2047).default(64).describe('A larger search answer is refused'),
  })
  .transform((read) => ({
    ...read,
    // One of each pair is there: `crossChecks` refuses the settings otherwise.
    qidoUrl: read.qidoUrl ?? read.url ?? '',
    wadoUrl: read.wadoUrl ?? read.url ?? '',
    stowUrl: read.stowUrl ?? read.url ?? '',
  }));

const distinct = <T>(list: T[]) => new Set(list).size === list.length;

/** DICOM keyword → pattern or patterns. */
const attributePatterns = z
  .record(z.string(), z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]))
  .superRefine((patterns, context) => {
    for (const keyword of Object.keys(patterns)) {
      const message = keywordProblem(keyword);
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [keyword] });
    }
  })
  .transform((patterns) =>
    Object.fromEntries(Object.entries(patterns).map(([keyword, one]) => [keyword, [one].flat()])),
  );

function keywordProblem(keyword: string): string | undefined {
  const isText = isTextAttribute(keyword);
  if (isText === true) return undefined;
  if (isText === false) return 'is an attribute that holds no text';
  const near = nearest(keyword, dictionaryKeywords());
  return `is no keyword of the DICOM dictionary${near === undefined ? '' : `; did you mean ${near}?`}`;
}

const poll = z.strictObject({
  schedule: z
    .string()
    .refine((text) => isSchedule(text), 'must be a cron expression such as "*/30 * * * * *" (seconds first)')
    .default('*/30 * * * * *')
    .describe('When to look for new exams: cron, seconds first'),
  lookbackDays: z
    .int()
    .min(0)
    .max(3650)
    .default(3)
    .describe('Study dates to look at, counted back from today'),
  settleSeconds: seconds(0, 86_400).default(120).describe('Nothing new for so long: the exam is complete'),
  views: z
    .array(z.enum(['LCC', 'RCC', 'LMLO', 'RMLO']))
    .refine(distinct, 'must not name a view twice')
    .default(['LCC', 'RCC', 'LMLO', 'RMLO'])
    .describe('All of these there: the exam is complete at once; empty: only settling counts'),
  include: attributePatterns
    .prefault({})
    .describe(
      'DICOM keyword: patterns (* and ?), e.g. InstitutionName; all keywords must fit, else passed over',
    ),
  exclude: attributePatterns
    .prefault({})
    .describe('DICOM keyword: patterns (* and ?); a study that fits any of them is passed over'),
  maxExamsPerCycle: z.int().min(1).max(10_000).default(50).describe('The rest waits for the next cycle'),
  retry: z
    .strictObject({
      attempts: z.int().min(1).max(1000).default(10).describe('Tries before an exam is given up'),
      firstDelaySeconds: seconds(1, 86_400).default(60).describe('Before the second try; doubles after each'),
      longestDelaySeconds: seconds(1, 604_800).default(3600).describe('Between two tries at most'),
    })
    .prefault({}),
});

const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** `12:00-13:30, 19:00-06:00` as stretches in minutes since midnight. */
const hoursOfDay = z
  .string()
  .superRefine((text, context) => {
    const stretches = stretchesIn(text);
    const message = stretches.some((stretch) => !HOURS.test(stretch))
      ? 'must be hours such as "19:00-06:00"; several have commas between them'
      : stretches.map(minutesOfDay).some(({ from, to }) => from === to) &&
        'has a stretch that begins and ends at the same time';
    if (message) context.addIssue({ code: 'custom', message });
  })
  .transform((text) => stretchesIn(text).map(minutesOfDay));

function stretchesIn(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((stretch) => stretch.trim());
}

function minutesOfDay(stretch: string): { from: number; to: number } {
  const [, hour = 0, minute = 0, untilHour = 24, untilMinute = 0] = HOURS.exec(stretch) ?? [];
  return { from: 60 * Number(hour) + Number(minute), to: 60 * Number(untilHour) + Number(untilMinute) };
}

const backfill = z.strictObject({
  hours: hoursOfDay
    .prefault('')
    .describe(
      'When old exams may be taken up, such as "19:00-06:00", by this machine; left out: at any time',
    ),
});

const model = z.strictObject({
  bundle: z.string().min(1).default('models/breast-cancer').describe('Folder of the model bundle'),
  engine: z.enum(ENGINE_CHOICES).default('auto'),
  device: z.enum(DEVICE_CHOICES).default('auto'),
  threads: z.int().min(1).max(256).optional().describe("The network's threads; left out: one per core"),
});

const explain = z.strictObject({
  method: z.enum(['grad-cam', 'integrated-grad-cam']).default('grad-cam'),
  steps: z.int().min(2).max(256).default(16).describe('Of integrated-grad-cam: more is finer and slower'),
  failedHeatMaps: z
    .enum(['withhold', 'draw'])
    .default('withhold')
    .describe('Of a model whose heat maps failed their checks: none, or all with these words'),
});

const ledger = z.strictObject({
  url: z
    .string()
    .superRefine((text, context) => {
      const problem = ledgerUrlProblem(text);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .default('sqlite:mamori.db')
    .describe('Where Mamori keeps what it has done: sqlite:FILE, or postgres://USER@HOST:PORT/DATABASE'),
  password: secret.optional().describe('Of the user of a database server'),
  tls: tlsFiles.prefault({}).describe('For the way to a database server'),
});

const log = z.strictObject({
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  format: z.enum(['auto', 'text', 'json']).default('auto').describe('auto: text on a terminal, else JSON'),
});

export const settingsSchema = z.strictObject({
  pacs: pacs.prefault({}),
  poll: poll.prefault({}),
  backfill: backfill.prefault({}),
  model: model.prefault({}),
  explain: explain
    .prefault({})
    .describe(
      'Where the model saw what; with another, exams of the last poll.lookbackDays are answered once more',
    ),
  outputs: outputSettings.prefault({}),
  ledger: ledger.prefault({}),
  workers: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('Exams finished at the same time; as many more are fetched meanwhile'),
  admin: admin.prefault({}),
  notify: notify.prefault({}).describe('Who is told when something needs attention, and when it is over'),
  audit: auditSettings.prefault({}).describe('Who did what, and what was written where'),
  log: log.prefault({}),
});

/** As a file has them: paths as they were written. */
export type ParsedSettings = z.output<typeof settingsSchema>;

/**
 * Checked settings, every default filled in, every path absolute, every secret read. Holds secrets in clear: not
 * for logging as a whole (`secretsByKey` names what a log must not show).
 */
export type Settings = ParsedSettings & { audit: { folder: string } };
