import { Router } from 'express';
import { AdminError } from '../errors.js';
import type { ExamDesk } from '../examDesk.js';
import type { StatusSource } from '../serviceState.js';
import { dayOf, detailOf, examOf, queueOf, reasonsOf, serviceOf } from './apiAnswers.js';
import { apiDocument } from './apiDocument.js';
import { sendProblem, tellProblem, wrongKeys } from './problems.js';
import { examsQuery, uid } from './schemas.js';

/** What may be asked, under `/api/v1`. */
export function readRoutes(status: StatusSource, desk: ExamDesk): Router {
  const router = Router();
  router.get('/openapi.json', (_, response) => {
    response.json(apiDocument());
  });
  router.get('/service', async (_, response) => {
    response.json(serviceOf(await status()));
  });
  router.get('/queue', async (_, response) => {
    response.json(queueOf(await status()));
  });
  router.get('/reasons', async (_, response) => {
    response.json(reasonsOf(await status()));
  });
  router.get('/day', async (_, response) => {
    response.json(dayOf(await status()));
  });
  router.get('/exams', async (request, response) => {
    const asked = examsQuery.safeParse(request.query);
    if (!asked.success)
      return sendProblem(response, [400, 'The question cannot be read'], {
        code: 'query',
        detail: wrongKeys(asked.error),
      });
    const { state, code, study, limit } = asked.data;
    const filter = {
      states: state === undefined ? undefined : [state].flat(),
      codes: code === undefined ? undefined : [code],
      studies: study === undefined ? undefined : [study],
    };
    response.json({ exams: (await desk.find(filter, limit)).map(examOf) });
  });
  router.get('/exams/:study', async ({ params: { study } }, response) => {
    const works = uid.safeParse(study).success ? await desk.works(study) : [];
    if (works.length === 0) throw new AdminError('exam-unknown', 'The ledger knows no exam of that study.');
    response.json(detailOf(study, works));
  });
  router.get('/exams/:study/report', async ({ params: { study } }, response) => {
    response.json(await desk.answer(known(study)));
  });
  router.get('/exams/:study/pictures/:picture', async ({ params: { study, picture } }, response) => {
    const png = await desk.picture(known(study), known(picture));
    response.type('png').send(Buffer.from(png));
  });
  router.use((_, response) => sendProblem(response, [404, 'There is no such address']));
  router.use(tellProblem);
  return router;
}

function known(text: string): string {
  if (uid.safeParse(text).success) return text;
  throw new AdminError('exam-unknown', 'That is no DICOM UID.');
}
