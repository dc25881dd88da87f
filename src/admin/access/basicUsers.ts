import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LONGEST_SESSION_MS } from './sessions.js';

const REMEMBERED_MS = 5 * 60 * 1000;
const MOST_REMEMBERED = 100;
const MOST_PROGRAMS = 1000;

/** The user and password of an Authorization header (RFC 7617, UTF-8). */
export function basicCredentials(header: string | undefined): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [name, ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { name: name!, password: password.join(':') };
}

/**
 * Headers that were right lately: programs send theirs with each request, and hashing takes time on purpose. Kept as
 * a hash with a key of this run, never as they are.
 */
export class RightHeaders {
  readonly #key = randomBytes(32);
  readonly #right = new LRUCache<string, string>({ max: MOST_REMEMBERED, ttl: REMEMBERED_MS });

  userOf(header: string): string | undefined {
    return this.#right.get(this.#digest(header));
  }

  add(header: string, user: string): void {
    this.#right.set(this.#digest(header), user);
  }

  #digest(header: string): string {
    return createHmac('sha256', this.#key).update(header).digest('base64');
  }
}

/** Who came in lately by a header, and from where: told of as often as a person who signs in, not with each request. */
export class Programs {
  readonly #known = new LRUCache<string, true>({ max: MOST_PROGRAMS, ttl: LONGEST_SESSION_MS });

  isNew(user: string, address: string): boolean {
    const key = JSON.stringify([user, address]);
    if (this.#known.has(key)) return false;
    this.#known.set(key, true);
    return true;
  }
}
