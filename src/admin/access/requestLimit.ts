import type { Request, RequestHandler } from 'express';
import { type AugmentedRequest, rateLimit } from 'express-rate-limit';
import { sendText } from '../sendText.js';
import { personOf } from './person.js';
import { addressOf, networkOf } from './requestOrigin.js';

const MINUTE_MS = 60_000;

/** Requests of one address in a minute, whoever sends them: an open page takes six, Prometheus four. */
export function limitAddresses(mostPerMinute: number): RequestHandler {
  return limit(mostPerMinute, (request) => networkOf(addressOf(request)));
}

/** Orders of one person in a minute, or searches, wherever they come from. Stands behind the door. */
export function limitPersons(mostPerMinute: number): RequestHandler {
  return limit(mostPerMinute, (request) => {
    const { by, name, identity } = personOf(request)!;
    return JSON.stringify([by === 'oidc' ? identity : name]);
  });
}

function limit(most: number, keyGenerator: (request: Request) => string): RequestHandler {
  return rateLimit({
    windowMs: MINUTE_MS,
    limit: most,
    keyGenerator,
    // Who is asked to wait is told for how long; others need no account of what they have left.
    standardHeaders: false,
    legacyHeaders: false,
    handler: (request, response) => {
      const { resetTime } = (request as AugmentedRequest).rateLimit!;
      const seconds = Math.max(1, Math.ceil(((resetTime?.getTime() ?? 0) - Date.now()) / 1000));
      response.setHeader('Retry-After', seconds);
      sendText(response, 429, `Too many requests; wait ${seconds} s`);
    },
    // Its warnings go past our log, and are of settings that Mamori does not have.
    validate: false,
  });
}
