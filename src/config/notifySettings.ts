import { z } from 'zod';
import { proxyParts, seconds, secret } from './settingParts.js';

/*
 * `notify`: who is told, about what, and how often.
 */

/** A secret itself: with many receivers whoever knows the address may post to it. */
const webhookUrl = secret.refine(
  isWebhookUrl,
  'must be an http:// or https:// URL without a user or password in it; use notify.webhook.headers',
);

function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

/** As Standard Webhooks write theirs. */
const HMAC_SECRET = /^(whsec_)?[A-Za-z0-9+/]{32,88}={0,2}$/;

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const OWN_HEADERS = /^(host|content-length|content-type|transfer-encoding|connection|webhook-.*)$/i;

const webhook = z.strictObject({
  url: webhookUrl.describe('Where a message is posted to, as JSON'),
  headers: z
    .record(z.string(), secret)
    .superRefine((headers, context) => {
      for (const name of Object.keys(headers)) {
        const problem = !HEADER_NAME.test(name)
          ? 'is no name of a header'
          : OWN_HEADERS.test(name)
            ? 'is a header that Mamori sets itself'
            : undefined;
        if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, path: [name] });
      }
    })
    .prefault({})
    .describe('Headers that the receiver wants, such as Authorization; each value is a secret'),
  hmacSecret: secret
    .refine(
      (text) => HMAC_SECRET.test(text),
      'must be 24 to 64 random bytes as base64: openssl rand -base64 32',
    )
    .optional()
    .describe(
      'Signs each message (Standard Webhooks: webhook-signature), so that the receiver knows it is ours',
    ),
  proxy: z.strictObject(proxyParts).optional().describe('An HTTP proxy on the way'),
  ca: z.string().min(1).optional().describe('PEM file with the authorities to trust, beside the public ones'),
});

const address = z.string().regex(/^[^\s<>,;@]+@[^\s<>,;@]+$/, 'must be an e-mail address');

const email = z
  .strictObject({
    host: z.string().min(1).describe('The mail server'),
    port: z.int().min(1).max(65_535).optional().describe('587, with tls 465, with off 25'),
    security: z
      .enum(['starttls', 'tls', 'off'])
      .default('starttls')
      .describe('starttls: refused where the server has none; tls: from the start; off: in clear'),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe('PEM file with the authorities to trust, beside the public ones'),
    username: z.string().min(1).optional(),
    password: secret.optional(),
    from: address.describe('The sender'),
    to: z
      .union([address, z.array(address).min(1)])
      .transform((value) => [value].flat())
      .describe('One or several'),
  })
  .superRefine(({ username, password, security }, context) => {
    const report = (key: string, message: string) =>
      context.addIssue({ code: 'custom', message, path: [key] });
    if ((username === undefined) !== (password === undefined))
      report(username === undefined ? 'username' : 'password', 'is missing: the two belong together');
    if (security === 'off' && password !== undefined)
      report('security', 'must not be off with a password, which would be sent in clear');
  });

const orOff = <T extends z.ZodType>(schema: T) => z.union([schema, z.literal('off'), z.literal(false)]);

/** What stands here, or `off`. */
function alarm<Shape extends z.ZodRawShape>(shape: Shape) {
  return orOff(z.strictObject(shape)).transform((value) => (value === false ? ('off' as const) : value));
}

const minutes = (least: number) => z.number().min(least).max(43_200);

const TIME = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const time = z.string().regex(TIME, 'must be a time such as "08:00"');

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const alarms = z.strictObject({
  credentials: z
    .union([z.boolean(), z.enum(['on', 'off'])])
    .transform((value) => value === true || value === 'on')
    .prefault('on')
    .describe('The PACS refuses us: told at once'),
  pacsDown: alarm({ minutes: minutes(0).default(15).describe('It has been left alone for so long') })
    .prefault({})
    .describe('The PACS does not answer, or gives no images; or off'),
  ledger: alarm({ minutes: minutes(0).default(5).describe('It has not answered for so long') })
    .prefault({})
    .describe('The ledger cannot be used; or off'),
  failures: alarm({
    percent: z.number().min(1).max(100).default(30).describe('Of the exams that ended'),
    hours: z.number().min(0.25).max(168).default(6).describe('In these last hours'),
    leastExams: z.int().min(1).max(10_000).default(5).describe('Of fewer nothing is concluded'),
  })
    .prefault({})
    .describe('Many exams fail or cannot be processed; or off'),
  partial: alarm({
    percent: z.number().min(1).max(100).default(30),
    hours: z.number().min(0.25).max(168).default(24),
    leastExams: z.int().min(1).max(10_000).default(5),
  })
    .prefault({})
    .describe('Many exams are answered only in part; or off'),
  nothingNew: alarm({
    hours: z.number().min(0.1).max(1000).default(12).describe('Of busy hours without a new exam'),
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .default(['mon', 'tue', 'wed', 'thu', 'fri'])
      .describe('On which exams are made'),
    from: time.default('08:00').describe('When a busy day begins, by the time of this machine'),
    to: time.default('18:00').describe('When it ends'),
  })
    .refine((value) => value === 'off' || value.from < value.to, 'must have a "to" later than "from"')
    .prefault({})
    .describe(
      'No new exam for unusually long; only busy hours count, so nights and weekends are quiet; or off',
    ),
  disk: alarm({
    megabytes: z.number().min(1).max(1e7).default(2000).describe('Less than this is free'),
    percent: z.number().min(0).max(99).default(5).describe('Or less than this part of the disk'),
  })
    .prefault({})
    .describe('The disk fills on which the ledger lies; or off'),
  certificate: alarm({ days: z.number().min(1).max(365).default(30).describe('It expires within so many') })
    .prefault({})
    .describe('A certificate expires: of the PACS, our own for it, or that of the status page; or off'),
  audit: alarm({ minutes: minutes(0).default(15).describe('It has been so for so long') })
    .prefault({})
    .describe('The audit trail cannot be written, or not be sent on by syslog; or off'),
  paused: alarm({ minutes: minutes(0).default(60).describe('It has been paused for so long') })
    .prefault({})
    .describe('Exams are not taken up, by order; or off'),
  waiting: alarm({ minutes: minutes(0).default(120).describe('It has waited for so long') })
    .prefault({})
    .describe('An exam is complete and is not taken up; or off'),
});

export const notify = z.strictObject({
  webhook: webhook.optional().describe('Posts messages to a chat, a pager or an alerting service'),
  email: email.optional().describe('Sends messages by mail'),
  name: z
    .string()
    .min(1)
    .max(80)
    .optional()
    .describe("What this Mamori is called in messages; left out: the machine's name"),
  remindHours: z.number().min(0.1).max(720).default(24).describe('What lasts is told again after so long'),
  settleMinutes: minutes(1)
    .default(10)
    .describe('Over only after so long without it, and longer for what comes and goes'),
  groupSeconds: seconds(0, 3600).default(60).describe('What begins within so long is told in one message'),
  stateFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "What was told already, across restarts; left out: beside the ledger's file, as FILE-notify.json",
    ),
  alarms: alarms.prefault({}).describe('What is told, and from when on'),
});
