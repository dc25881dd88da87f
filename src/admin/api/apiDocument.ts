import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import {
  dayAnswer,
  examAnswer,
  examsAnswer,
  examsQuery,
  pauseAnswer,
  pauseOrder,
  problem,
  queueAnswer,
  reasonsAnswer,
  reportAnswer,
  reprocessAnswer,
  retryAnswer,
  retryOrder,
  serviceAnswer,
  uid,
} from './schemas.js';

const json = (schema: z.ZodType, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});

const WHY: Record<string, string> = {
  400: 'The question or the order cannot be read',
  401: 'Credentials are needed',
  403: 'The role does not allow it',
  404: 'Nothing is known of it',
  409: 'There is nothing to be done about it, or the answer no longer holds',
  429: 'Too many requests or orders in a minute, or too many wrong passwords; Retry-After says how long to wait',
  502: 'The PACS does not give it now',
  503: 'The ledger does not answer in time, or the service cannot tell its state',
};

/** Said at the door, as text: before it is known what was asked. */
const DOOR = [401, 403, 429];

/** Besides what every address may answer. */
function problems(...statuses: number[]) {
  const content = (status: number) =>
    DOOR.includes(status)
      ? { 'text/plain': { schema: z.string() } }
      : { 'application/problem+json': { schema: problem } };
  return Object.fromEntries(
    [...statuses, ...DOOR, 503]
      .sort()
      .map((status) => [
        String(status) as `${4}${string}`,
        { description: WHY[status]!, content: content(status) },
      ]),
  );
}

const study = z.object({ study: uid.meta({ description: 'Study Instance UID' }) });

function question(summary: string, answer: z.ZodType, statuses: number[] = []) {
  return { summary, responses: { '200': json(answer, summary), ...problems(...statuses) } };
}

function order(summary: string, answer: z.ZodType, taken?: z.ZodType, statuses: number[] = []) {
  return {
    ...question(summary, answer, statuses),
    description: 'Needs the role act.',
    ...(taken && { requestBody: { required: false, content: { 'application/json': { schema: taken } } } }),
  };
}

const PATHS: ZodOpenApiPathsObject = {
  '/service': { get: question('How the service is', serviceAnswer) },
  '/queue': { get: question('What waits, and for what', queueAnswer) },
  '/reasons': { get: question('What failed or is partial, by reason, and what to do', reasonsAnswer) },
  '/day': { get: question('Throughput, latency and failures of the last 24 hours', dayAnswer) },
  '/exams': {
    get: {
      ...question('Exams, latest change first', examsAnswer, [400]),
      requestParams: { query: examsQuery },
    },
  },
  '/exams/{study}': {
    get: {
      ...question('One exam: steps, images, objects', examAnswer, [404]),
      requestParams: { path: study },
    },
  },
  '/exams/{study}/report': {
    get: {
      ...question('What its report in the PACS says', reportAnswer, [404, 409, 502]),
      requestParams: { path: study },
    },
  },
  '/exams/{study}/pictures/{picture}': {
    get: {
      summary: 'One of its pictures in the PACS, made smaller',
      requestParams: { path: study.extend({ picture: uid.meta({ description: 'SOP Instance UID' }) }) },
      responses: {
        '200': {
          description: 'The picture',
          content: { 'image/png': { schema: { type: 'string', format: 'binary' } } },
        },
        ...problems(404, 409, 502),
      },
    },
  },
  '/exams/{study}/retry': {
    post: {
      ...order('Another try at one exam', retryAnswer, undefined, [404, 409]),
      requestParams: { path: study },
    },
  },
  '/exams/{study}/reprocess': {
    post: {
      ...order(
        "One closed exam again with today's model and settings",
        reprocessAnswer,
        undefined,
        [404, 409, 502],
      ),
      requestParams: { path: study },
    },
  },
  '/retry': { post: order('Another try at all exams of a kind', retryAnswer, retryOrder, [400]) },
  '/pause': {
    post: order('No exam is taken up until somebody orders to go on', pauseAnswer, pauseOrder, [400]),
  },
  '/go-on': { post: order('Exams are taken up again; answers the pause that ended', pauseAnswer) },
};

type Document = ReturnType<typeof createDocument>;
let made: Document | undefined;

/** The API's description, OpenAPI 3.1. */
export function apiDocument(): Document {
  made ??= createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Mamori',
      version: '1',
      description:
        'How the service is, what became of exams, and orders. UIDs, states, times and answers: health data, without ' +
        'name or ID of a patient.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    paths: PATHS,
  });
  return made;
}
