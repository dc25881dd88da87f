import { z } from 'zod';
import 'zod-openapi';
import { shortAnswer } from './shortAnswerSchema.js';

/*
 * What the API answers and takes. Times are ISO 8601 in UTC. A key is left out where nothing is known.
 */

const time = z.date().meta({ override: { type: 'string', format: 'date-time' } });
const count = z.int().min(0);

/** A DICOM UID (PS3.5 §9.1). */
export const uid = z
  .string()
  .regex(/^[0-2](\.(0|[1-9][0-9]*))+$/)
  .max(64)
  .meta({ description: 'A DICOM UID', example: '2.25.123' });

export const examState = z
  .enum(['waiting', 'claimed', 'delivering', 'failed', 'delivered', 'partial', 'not-processed'])
  .meta({
    id: 'ExamState',
    description:
      'waiting: not taken up yet. claimed: in work. delivering: its objects are made and on their way. failed: tried ' +
      'again at retryAt. delivered: whole. partial: answered without a view. not-processed: closed without an answer',
  });

const states = z.array(examState);

const view = z.enum(['LCC', 'RCC', 'LMLO', 'RMLO']);

export const problem = z
  .object({
    title: z.string(),
    status: z.int(),
    detail: z.string().optional().meta({ description: 'What happened and what to do, without patient data' }),
    code: z.string().optional().meta({ description: 'Stable, to be told apart by programs' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const pause = z
  .object({ since: time, by: z.string().meta({ description: 'Who ordered it' }), why: z.string().optional() })
  .meta({ id: 'Pause', description: 'No exam is taken up until somebody ends it' });

export const serviceAnswer = z
  .object({
    version: z.string(),
    startedAt: time,
    now: time,
    level: z.enum(['good', 'paused', 'attention', 'trouble']).meta({
      description: 'trouble: act now. attention: exams of the last 24 hours want a look. paused: by order',
    }),
    headline: z.string(),
    troubles: z.array(z.object({ what: z.string(), todo: z.string().optional(), since: time.optional() })),
    state: z.enum(['starting', 'waiting', 'looking', 'working', 'stopping']),
    pause: pause.optional(),
    lastLook: z
      .object({
        startedAt: time,
        endedAt: time,
        searched: z.boolean().meta({ description: 'Whether the PACS answered' }),
        studies: count,
        passedOver: z.record(z.string(), count).meta({ description: 'By the setting that passes them over' }),
        exams: count.meta({ description: 'Worked on' }),
      })
      .optional(),
    ledger: z.object({
      answers: z.boolean(),
      toldAt: time.optional().meta({ description: 'What is told of exams is as of then' }),
      problem: z.string().optional(),
      code: z.string().optional(),
      since: time.optional(),
    }),
    pacs: z.object({
      url: z.string(),
      reachable: z.boolean().optional().meta({ description: 'Left out until it was tried' }),
      problem: z.string().optional(),
      code: z.string().optional(),
      since: time.optional(),
      leftAloneUntil: time.optional().meta({ description: 'It is not asked before, so that it can recover' }),
    }),
    model: z.object({
      name: z.string(),
      version: z.string(),
      engine: z.string(),
      device: z.string(),
      reason: z.string().meta({ description: 'Why this engine on this device' }),
    }),
  })
  .meta({ id: 'Service' });

export const queueAnswer = z
  .object({
    counts: z.record(examState, count).meta({ description: 'Exams by state' }).optional(),
    ready: count.optional().meta({ description: 'Complete and not taken up yet' }),
    arriving: z
      .object({ exams: count, until: time.optional() })
      .optional()
      .meta({ description: 'Images may still arrive; the first of them counts as complete at `until`' }),
    again: z
      .object({ exams: count, next: time.optional() })
      .optional()
      .meta({ description: 'Failed, and tried again; the first of them at `next`' }),
    others: count.optional().meta({
      description: 'Of another version of the model or other settings: mamori adopt takes them over',
    }),
  })
  .meta({ id: 'Queue', description: 'What waits, and for what' });

export const reasonsAnswer = z
  .object({
    reasons: z.array(
      z.object({
        state: examState,
        code: z.string().optional(),
        exams: count,
        latest: time,
        reason: z.string().optional().meta({ description: 'Of the latest of them' }),
        todo: z.string().optional(),
        mayRetry: z.boolean().meta({ description: 'Whether another try may help' }),
        isRight: z.boolean().meta({ description: 'Nothing is wrong: such a study has nothing to analyse' }),
      }),
    ),
  })
  .meta({ id: 'Reasons', description: 'Failed, partial and not processed exams by reason, the most first' });

const examKeys = {
  studyInstanceUID: uid,
  state: examState,
  revision: z.int().min(1).meta({ description: 'One more each time that a closed exam is taken up again' }),
  attempts: count,
  code: z.string().optional(),
  reason: z.string().optional(),
  firstSeen: time,
  lastChange: time.meta({ description: 'When its last image was seen' }),
  updatedAt: time.meta({ description: 'Since when it is in its state' }),
  worker: z.string().optional(),
  dueAt: time.optional(),
  closedAt: time.optional(),
  retryAt: time.optional(),
  shortAnswer: shortAnswer.optional().meta({
    description:
      'Left out where the exam has no answer, an earlier version closed it, or admin.answers is false',
  }),
};

export const exam = z.object(examKeys).meta({
  id: 'Exam',
  description: 'UIDs, states, times, and the answer in short; no name and no ID of a patient',
});

export const examsAnswer = z
  .object({ exams: z.array(exam) })
  .meta({ id: 'Exams', description: 'Latest change first' });

export const examAnswer = z
  .object({
    studyInstanceUID: uid,
    works: z
      .array(
        z.object({
          ...examKeys,
          model: z.object({ name: z.string(), version: z.string(), settings: z.string() }),
          isServed: z
            .boolean()
            .meta({ description: 'This service works with that model and these settings' }),
          ways: z
            .object({ retry: z.boolean(), reprocess: z.boolean(), adopt: z.boolean() })
            .meta({ description: 'What can be ordered about it; adopt at the command line alone' }),
          presentAnswer: z
            .object({
              revision: z.int().optional().meta({ description: 'Of the objects that tell the answer now' }),
              outdated: z
                .string()
                .optional()
                .meta({ description: 'Why results in the PACS are not its answer any more' }),
            })
            .optional()
            .meta({ description: 'Left out where nothing was answered yet' }),
          images: z
            .array(
              z.object({
                sopInstanceUID: z.string(),
                view: view.optional(),
                answered: z.boolean(),
                code: z.string().optional(),
                reason: z.string().optional(),
              }),
            )
            .optional(),
          objects: z.array(
            z.object({
              revision: z.int(),
              kind: z.string(),
              sopInstanceUID: uid,
              view: view
                .optional()
                .meta({ description: 'Of the image that it is about; left out where it is about several' }),
              bytes: count,
              sentAt: time.optional(),
              confirmedAt: time.optional().meta({ description: 'When it was read back from the PACS' }),
              isPicture: z.boolean(),
            }),
          ),
          steps: z.array(
            z.object({
              at: time,
              event: z.string(),
              worker: z.string().optional(),
              code: z.string().optional(),
              reason: z.string().optional(),
            }),
          ),
        }),
      )
      .meta({
        description: 'One for each model, version and settings that worked on it; this service’s own first',
      }),
  })
  .meta({ id: 'ExamDetail' });

export const reportAnswer = z
  .object({
    sopInstanceUID: uid,
    revision: z.int(),
    summary: z.string(),
    answers: z.array(
      z.object({
        about: z.string(),
        probability: z.string().optional().meta({ description: 'Percent' }),
        verdict: z.enum(['positive', 'negative']).optional(),
        comment: z.string().optional(),
      }),
    ),
    comments: z.array(z.string()),
  })
  .meta({ id: 'Report', description: 'As the report in the PACS has it. Not for primary diagnosis' });

export const dayAnswer = z
  .object({
    minutes: z.int().meta({ description: 'Length of a stretch' }),
    stretches: z.array(
      z.object({
        from: time,
        delivered: count,
        partial: count,
        notProcessed: count,
        failed: count.meta({ description: 'And not answered since' }),
        medianSeconds: z
          .number()
          .optional()
          .meta({ description: 'From the last image to the results in the PACS' }),
        p95Seconds: z.number().optional(),
      }),
    ),
  })
  .meta({ id: 'Day', description: 'The last 24 hours' });

export const retryOrder = z
  .strictObject({
    states: z.array(z.enum(['failed', 'partial', 'not-processed'])).min(1),
    codes: z.array(z.string().min(1).max(100)).min(1).max(50),
  })
  .partial()
  .meta({
    id: 'RetryOrder',
    description: 'Exams that all of this is true of; nothing said: all that may be retried',
  });

export const retryAnswer = z
  .object({
    exams: count.meta({ description: 'Exams that are tried again' }),
    earlier: count.meta({
      description:
        'Of another version of the model or other settings: left alone, for reprocess or mamori adopt',
    }),
  })
  .meta({ id: 'Retried' });

export const reprocessAnswer = z
  .object({ outcome: z.enum(['taken-up', 'under-way']) })
  .meta({ id: 'Reprocessed', description: 'under-way: it waits or is worked on already' });

export const pauseOrder = z.strictObject({ why: z.string().max(200).optional() }).meta({ id: 'PauseOrder' });

export const pauseAnswer = z.object({ pause: pause.optional() }).meta({ id: 'Pausing' });

/** Of a list of exams. */
export const examsQuery = z.object({
  state: z
    .union([states, examState], { error: `one of ${examState.options.join(', ')}` })
    .optional()
    .meta({ description: 'Only in these states', param: { style: 'form', explode: true } }),
  code: z.string().max(100).optional().meta({ description: 'Only with this reason' }),
  study: uid.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
