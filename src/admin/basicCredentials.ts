import { createHash, timingSafeEqual } from 'node:crypto';

export type AdminAuth = { type: 'none' } | { type: 'basic'; username: string; password: string };

/**
 * Whether an Authorization header (RFC 7617, UTF-8) names the user. Hashes are compared, so that the time it takes
 * tells nothing about where the first difference is, nor about lengths.
 */
export function admits(auth: AdminAuth, header: string | undefined): boolean {
  if (auth.type === 'none') return true;
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
  const given = Buffer.from(encoded ?? '', 'base64');
  const wanted = Buffer.from(`${auth.username}:${auth.password}`, 'utf8');
  return timingSafeEqual(digest(given), digest(wanted)) && encoded !== undefined;
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
