import { createHash, randomBytes } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import session, { type SessionData, Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import type { Person } from './person.js';
import type { PendingSignIn } from './provider.js';
import { addressOf } from './requestOrigin.js';

declare module 'express-session' {
  interface SessionData {
    signedIn?: Person & { atMs: number; address: string; idToken?: string };
    /** Of a sign-in that is under way at the OpenID provider. */
    pending?: PendingSignIn & { to: string };
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

/** A session of somebody who is signed in. */
export interface OpenSession {
  id: string;
  /** What pages call it: whoever reads it cannot use the session. */
  handle: string;
  person: Person;
  since: Date;
  lastAsked: Date;
  /** Where they signed in from. */
  address: string;
}

/**
 * In memory: a new start of the service ends all sessions, and their number is bounded. Anybody can begin to sign in,
 * as often as they like; so that this ends nobody's session, those who are signed in are kept apart.
 */
export class SessionMemory extends Store {
  readonly #signedIn = new LRUCache<string, string>({ max: MOST_SESSIONS, ttl: IDLE_MS });
  readonly #underWay: LRUCache<string, string>;
  /** A request that was under way when its session was ended must not bring it back by keeping what it changed. */
  readonly #ended = new LRUCache<string, true>({ max: MOST_SESSIONS, ttl: LONGEST_SESSION_MS });

  /** @param mostUnderWay so many may be signing in at the provider; of more, the oldest begin again */
  constructor(mostUnderWay = MOST_UNDER_WAY) {
    super();
    this.#underWay = new LRUCache({ max: mostUnderWay, ttl: UNDER_WAY_MS });
  }

  /** The latest first. */
  signedIn(now = Date.now()): OpenSession[] {
    return [...this.#signedIn.entries()]
      .flatMap(([id, text]) => {
        const { signedIn } = JSON.parse(text) as SessionData;
        if (signedIn === undefined || now - signedIn.atMs > LONGEST_SESSION_MS) return [];
        const { name, role, by, identity, atMs, address } = signedIn;
        const handle = createHash('sha256').update(id).digest('base64url');
        const lastAsked = new Date(now - IDLE_MS + this.#signedIn.getRemainingTTL(id));
        return [
          { id, handle, person: { name, role, by, identity }, since: new Date(atMs), lastAsked, address },
        ];
      })
      .sort((a, b) => b.since.getTime() - a.since.getTime());
  }

  end({ id }: OpenSession): void {
    this.destroy(id);
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    const text = this.#signedIn.get(id) ?? this.#underWay.get(id);
    done(null, text === undefined ? null : (JSON.parse(text) as SessionData));
  }

  override set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    const kept = data.signedIn === undefined ? this.#underWay : this.#signedIn;
    if (!this.#ended.has(id)) kept.set(id, JSON.stringify(data));
    done?.();
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    if (this.#signedIn.delete(id)) this.#ended.set(id, true);
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
 */
export function sessions(secure: boolean, memory: SessionMemory): RequestHandler {
  return session({
    // A browser takes a name with this prefix from this host alone, by https alone (RFC 6265bis 4.1.3).
    name: secure ? '__Host-mamori' : 'mamori',
    secret: randomBytes(32).toString('base64url'),
    store: memory,
    resave: false,
    saveUninitialized: false,
    unset: 'destroy',
    // Not strict: the way back from an OpenID provider begins at another site.
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
  });
}

/** Who signed in in the session of a request, if it is one of somebody, and not too old. */
export function sessionPerson(request: Request): Person | undefined {
  const { signedIn } = request.session;
  if (signedIn === undefined || Date.now() - signedIn.atMs > LONGEST_SESSION_MS) return undefined;
  const { name, role, by, identity } = signedIn;
  return { name, role, by, identity };
}

/** With a new name of its own: one that somebody else planted before is worth nothing. */
export async function beginSession(request: Request, person: Person, idToken?: string): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    request.session.regenerate((error) => (error ? reject(error) : resolve())),
  );
  const more = { address: addressOf(request), ...(idToken !== undefined && { idToken }) };
  request.session.signedIn = { ...person, atMs: Date.now(), ...more };
}
