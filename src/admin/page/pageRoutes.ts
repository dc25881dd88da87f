import { type Request, Router } from 'express';
import { AdminError } from '../errors.js';
import type { ExamDesk } from '../examDesk.js';
import type { StatusSource } from '../serviceState.js';
import { examPage } from './examPage.js';
import { examsPage } from './examsPage.js';
import type { Viewer } from './layout.js';
import { orderHindrance } from './pageWords.js';
import { statusPage } from './statusPage.js';

const EXAMS_LISTED = 100;

const UID = /^[0-9.]{1,64}$/;

/**
 * The pages.
 *
 * @param viewerOf who looks, and what they may do
 */
export function pageRoutes(
  status: StatusSource,
  desk: ExamDesk | undefined,
  viewerOf: (request: Request) => Viewer,
): Router {
  const router = Router();
  router.get('/', async (request, response) => {
    response.type('html').send(statusPage(await status(), viewerOf(request)));
  });
  if (desk === undefined) return router;
  router.get('/exams', async (request, response) => {
    const asked = {
      state: word(request, 'state'),
      code: word(request, 'code'),
      study: word(request, 'study'),
    };
    const { state, code, study } = asked;
    const { now, version } = await status();
    const filter = {
      states: state === undefined ? undefined : [state],
      codes: code === undefined ? undefined : [code],
      studies: study === undefined ? undefined : [study],
    };
    const exams = await desk.find(filter, EXAMS_LISTED);
    const view = { exams, asked, limit: EXAMS_LISTED, now, version };
    response.type('html').send(examsPage(view, viewerOf(request)));
  });
  router.get('/exams/:study', async (request, response) => {
    const { study } = request.params;
    const works = UID.test(study) ? await desk.works(study) : [];
    const snapshot = await status();
    const { now, version } = snapshot;
    const answer =
      word(request, 'answer') === 'pacs' && works.length > 0 && viewerOf(request).seesAnswers
        ? await answerOf(desk, study)
        : undefined;
    const hindered = orderHindrance(snapshot);
    const view = { studyInstanceUID: study.slice(0, 64), works, answer, hindered, now, version };
    response
      .status(works.length === 0 ? 404 : 200)
      .type('html')
      .send(examPage(view, viewerOf(request)));
  });
  return router;
}

/** What was filled in; an empty field asks for nothing. */
function word({ query }: Request, key: string): string | undefined {
  const value = query[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 100) : undefined;
}

async function answerOf(desk: ExamDesk, study: string) {
  try {
    return await desk.answer(study);
  } catch (error) {
    if (error instanceof AdminError) return error.message;
    throw error;
  }
}
