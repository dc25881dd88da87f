import type { Request } from 'express';

/**
 * Whether a request that changes something comes from a page of ours. Browsers say which page sends it (Fetch Metadata,
 * or at least Origin with every POST): no other site may use what this browser holds. Programs say nothing.
 *
 * @param isProgram whether one without such a word is let through: not where a cookie says who it is
 */
export function isOwnPage({ headers }: Request, isProgram: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const { origin, host } = headers;
  if (origin === undefined) return isProgram;
  return origin.replace(/^https?:\/\//, '') === host;
}
