/**
 * What happened at the door. `refused`: wrong password or unknown user; `held-off`: too many guesses before;
 * `forbidden`: known, but without the right; `session-ended`: somebody ended a session from the list of them.
 */
export const ACCESS_KINDS = [
  'signed-in',
  'signed-out',
  'session-ended',
  'refused',
  'held-off',
  'forbidden',
] as const;
export type AccessKind = (typeof ACCESS_KINDS)[number];

export interface AccessEvent {
  kind: AccessKind;
  /**
   * One that is known, cut short. Of others, `unknown`: some type their password where the name goes, and it must not
   * stand in a log.
   */
  user: string;
  /** Where the request comes from. */
  address: string;
  /** How they come in, or came in. */
  by: 'password' | 'basic' | 'oidc';
  /** Who it is at the OpenID provider, where that is known: `ISSUER#SUB`. */
  identity?: string | undefined;
  /** Whose session was ended. */
  of?: string | undefined;
}

export type AccessListener = (event: AccessEvent) => void;

export const UNKNOWN = 'unknown';

/** Names that somebody makes up must not fill logs and memory. */
const LONGEST_NAME = 64;

export function shortName(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}
