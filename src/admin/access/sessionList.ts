import express, { type Request, type Response, Router } from 'express';
import { sendText } from '../sendText.js';
import { isSamePerson, may, type Person, personOf } from './person.js';
import type { OpenSession, SessionMemory } from './sessions.js';
import { sessionsPage } from './sessionsPage.js';

const LONGEST_FORM = '1kb';

/**
 * Who is signed in, and ending it: everybody their own sessions, whoever may act those of all. Stands behind the door.
 *
 * @param tell that somebody has ended a session, and whose
 */
export function sessionList(
  memory: SessionMemory,
  tell: (request: Request, by: Person, of: string) => void,
): Router {
  const router = Router();
  const openTo = (person: Person) =>
    memory.signedIn().filter((session) => may(person, 'act') || isSamePerson(person, session.person));
  router.get('/sessions', (request, response) => {
    const person = personOf(request)!;
    const sessions = openTo(person);
    response.type('html').send(sessionsPage(sessions, { viewer: person, own: request.sessionID }));
  });
  router.post(
    '/sign-out/session',
    express.urlencoded({ extended: false, limit: LONGEST_FORM }),
    (request, response) => {
      const person = personOf(request)!;
      const session = openTo(person).find(({ handle }) => handle === handleIn(request));
      if (session === undefined) return notThere(response);
      tell(request, person, session.person.name);
      memory.end(session);
      response.redirect(303, '/sessions');
    },
  );
  return router;
}

function handleIn({ body }: Request): OpenSession['handle'] | undefined {
  const { session } = (body ?? {}) as Record<string, unknown>;
  return typeof session === 'string' ? session : undefined;
}

function notThere(response: Response): void {
  sendText(response, 404, 'There is no such session any more.');
}
