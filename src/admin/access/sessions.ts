import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import session, { type SessionData, Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import type { Role } from './person.js';

declare module 'express-session' {
  interface SessionData {
    signedIn?: { name: string; role: Role; atMs: number; idToken?: string };
    /** Of a sign-in that is under way at the OpenID provider. */
    pending?: { state: string; nonce: string; verifier: string; to: string };
  }
}

/** Without any request for so long a session is over. */
const IDLE_MS = 30 * 60 * 1000;
/** However much it is used. */
export const LONGEST_SESSION_MS = 12 * 3600 * 1000;
const MOST_SESSIONS = 10_000;

/** In memory: a new start of the service ends all sessions, and their number is bounded. */
class SessionMemory extends Store {
  readonly #sessions = new LRUCache<string, string>({
    max: MOST_SESSIONS,
    ttl: IDLE_MS,
    updateAgeOnGet: false,
  });

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    const text = this.#sessions.get(id);
    done(null, text === undefined ? null : (JSON.parse(text) as SessionData));
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    this.#sessions.set(id, JSON.stringify(data));
    done?.();
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#sessions.delete(id);
    done?.();
  }

  override touch(id: string, data: SessionData, done?: () => void): void {
    if (this.#sessions.has(id)) this.#sessions.set(id, JSON.stringify(data));
    done?.();
  }
}

/**
 * Sessions by a cookie that scripts cannot read and other sites cannot send with an order.
 *
 * @param secure whether people come by https
 */
export function sessions(secure: boolean): RequestHandler {
  return session({
    // A browser takes a name with this prefix from this host alone, by https alone (RFC 6265bis 4.1.3).
    name: secure ? '__Host-mamori' : 'mamori',
    secret: randomBytes(32).toString('base64url'),
    store: new SessionMemory(),
    resave: false,
    saveUninitialized: false,
    unset: 'destroy',
    // Not strict: the way back from an OpenID provider begins at another site.
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
  });
}
