import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import type { ZodError } from 'zod';
import type { Person } from '../access/index.js';
import { AdminError } from '../errors.js';
import type { ExamDesk } from '../examDesk.js';
import { sendProblem, tellProblem, wrongKeys } from './problems.js';
import { pauseOrder, retryOrder, uid } from './schemas.js';

/** More than any order takes. */
const LONGEST_BODY = '16kb';

/**
 * What may be ordered, under `/api/v1`, as JSON.
 *
 * @param orderedBy whoever sends the request
 */
export function orderRoutes(desk: ExamDesk, orderedBy: (request: Request) => Person): Router {
  const router = Router();
  const body: RequestHandler[] = [jsonAlone, express.json({ limit: LONGEST_BODY })];
  router.post('/exams/:study/retry', async (request, response) => {
    const { study } = request.params as { study: string };
    if (!uid.safeParse(study).success || (await desk.works(study)).length === 0)
      throw new AdminError('exam-unknown', 'The ledger knows no exam of that study.');
    const retried = await desk.retry({ studies: [study] }, orderedBy(request));
    if (retried.exams > 0) return void response.json(retried);
    const detail =
      retried.earlier > 0
        ? 'It is of another version of the model or other settings: closed, it can be processed again; ' +
          'unfinished, mamori adopt hands it over.'
        : 'Only exams that failed, were given up or are partial are tried again.';
    sendProblem(response, [409, 'Nothing to try again'], { detail, code: 'not-retriable' });
  });
  router.post('/exams/:study/reprocess', async (request, response) => {
    const { study } = request.params as { study: string };
    if (!uid.safeParse(study).success) throw new AdminError('exam-unknown', 'That is no DICOM UID.');
    const outcome = await desk.reprocess(study, orderedBy(request));
    if (outcome === 'taken-up' || outcome === 'under-way') return void response.json({ outcome });
    const detail =
      outcome === 'done'
        ? "It was closed with exactly today's model and settings."
        : 'The PACS holds no mammogram of it any more.';
    sendProblem(response, [409, 'Nothing to process again'], { detail, code: `reprocess-${outcome}` });
  });
  router.post('/retry', ...body, async (request, response) => {
    const order = retryOrder.safeParse(request.body ?? {});
    if (!order.success) return sendUnreadable(response, order.error);
    response.json(await desk.retry(order.data, orderedBy(request)));
  });
  router.post('/pause', ...body, async (request, response) => {
    const order = pauseOrder.safeParse(request.body ?? {});
    if (!order.success) return sendUnreadable(response, order.error);
    response.json({ pause: await desk.pause(orderedBy(request), order.data.why) });
  });
  router.post('/go-on', async (request, response) => {
    response.json({ pause: await desk.goOn(orderedBy(request)) });
  });
  router.use(tellProblem);
  return router;
}

function sendUnreadable(response: Response, error: ZodError): void {
  sendProblem(response, [400, 'The order cannot be read'], { code: 'order', detail: wrongKeys(error) });
}

/** An order in another form would be read as one without limits: try everything again. */
const jsonAlone: RequestHandler = (request, response, next) => {
  if (request.is('application/json') !== false) return next();
  const detail = 'Orders are JSON, and say so: Content-Type: application/json.';
  sendProblem(response, [400, 'The order cannot be read'], { code: 'order', detail });
};
