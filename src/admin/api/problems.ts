import type { ErrorRequestHandler, Response } from 'express';
import type { ZodError } from 'zod';
import { AdminError, type AdminErrorCode } from '../errors.js';

const STATUS: Record<AdminErrorCode, [status: number, title: string]> = {
  'admin-tls': [500, 'Internal error'],
  'provider-unreachable': [503, 'The OpenID provider cannot be asked'],
  'provider-refused': [401, 'Not signed in'],
  'admin-listen': [500, 'Internal error'],
  'exam-unknown': [404, 'No such exam'],
  'object-unknown': [404, 'No such object'],
  'answers-off': [404, 'Answers are not shown here'],
  'answer-outdated': [409, 'The answer no longer holds'],
  'pacs-away': [502, 'The PACS does not give it'],
  'trail-unwritable': [503, 'The audit trail cannot be written'],
  'ledger-away': [503, 'The ledger does not answer'],
};

/** @param detail without patient data */
export function sendProblem(
  response: Response,
  [status, title]: readonly [number, string],
  { detail, code }: { detail?: string | undefined; code?: string } = {},
): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ title, status, detail, code }));
}

/** What is wrong with a question or an order, key by key; without what was written there. */
export function wrongKeys({ issues }: ZodError): string {
  return `${issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('; ')}.`;
}

/** Of an error of ours what it says, of any other nothing: more people may ask than read the log. */
export const tellProblem: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  if (error instanceof AdminError) {
    const detail = error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
    return sendProblem(response, STATUS[error.code], { detail, code: error.code });
  }
  const status = (error as { status?: unknown }).status;
  // The body is no JSON, or too large.
  if (typeof status === 'number' && status >= 400 && status < 500)
    return sendProblem(response, [status, 'The request cannot be read'], {
      detail: 'Its body is no JSON, or longer than any order is.',
      code: 'order',
    });
  sendProblem(response, [503, 'The service cannot tell; see the log']);
};
