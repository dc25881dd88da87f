import { randomBytes } from 'node:crypto';
import type { RequestHandler } from 'express';
import session, { type SessionData, Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import type { Person } from './person.js';

declare module 'express-session' {
  interface SessionData {
    signedIn?: Person & { atMs: number; idToken?: string };
    /** Of a sign-in that is under way at the OpenID provider. */
    pending?: { state: string; nonce: string; verifier: string; to: string };
  }
}

/** Without any request for so long a session is over. */
const IDLE_MS = 30 * 60 * 1000;
/** However much it is used. */
export const LONGEST_SESSION_MS = 12 * 3600 * 1000;
const MOST_SESSIONS = 10_000;

/** Signing in at the OpenID provider takes no longer. */
const UNDER_WAY_MS = 10 * 60 * 1000;
const MOST_UNDER_WAY = 1000;

/**
 * In memory: a new start of the service ends all sessions, and their number is bounded. Anybody can begin to sign in,
 * as often as they like; so that this ends nobody's session, those who are signed in are kept apart.
 */
class SessionMemory extends Store {
  readonly #signedIn = new LRUCache<string, string>({ max: MOST_SESSIONS, ttl: IDLE_MS });
  readonly #underWay: LRUCache<string, string>;

  constructor(mostUnderWay: number) {
    super();
    this.#underWay = new LRUCache({ max: mostUnderWay, ttl: UNDER_WAY_MS });
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    const text = this.#signedIn.get(id) ?? this.#underWay.get(id);
    done(null, text === undefined ? null : (JSON.parse(text) as SessionData));
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    const kept = data.signedIn === undefined ? this.#underWay : this.#signedIn;
    kept.set(id, JSON.stringify(data));
    done?.();
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#signedIn.delete(id);
    this.#underWay.delete(id);
    done?.();
  }

  override touch(id: string, data: SessionData, done?: () => void): void {
    if (this.#signedIn.has(id)) this.#signedIn.set(id, JSON.stringify(data));
    done?.();
  }
}

/**
 * Sessions by a cookie that scripts cannot read and other sites cannot send with an order.
 *
 * @param secure whether people come by https
 * @param mostUnderWay so many may be signing in at the provider; of more, the oldest begin again
 */
export function sessions(secure: boolean, mostUnderWay = MOST_UNDER_WAY): RequestHandler {
  return session({
    // A browser takes a name with this prefix from this host alone, by https alone (RFC 6265bis 4.1.3).
    name: secure ? '__Host-mamori' : 'mamori',
    secret: randomBytes(32).toString('base64url'),
    store: new SessionMemory(mostUnderWay),
    resave: false,
    saveUninitialized: false,
    unset: 'destroy',
    // Not strict: the way back from an OpenID provider begins at another site.
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
  });
}
