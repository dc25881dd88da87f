import type { Response } from 'express';

/** Answers with one line of plain text: for programs, and before it is known who asks. */
export function sendText(response: Response, status: number, line: string): void {
  response.status(status).type('text/plain').send(`${line}\n`);
}
