/**
 * Who may see the status page and who may act: the only way in to everything else in `admin/`.
 *
 * `door.ts` finds out who sends a request (`person.ts`: two roles, see and act) and asks those that it does not know to
 * sign in (`signInPage.ts`). People sign in with a password (`src/passwordHash.ts`: scrypt) or at the hospital's OpenID
 * provider (`provider.ts`), and a cookie remembers them (`sessions.ts`); `sessionList.ts` shows who is signed in, and
 * ends it. Programs send user and password with each request (`basicUsers.ts`). Whoever guesses is held off for longer
 * and longer (`guesses.ts`), and no other site can have a browser give orders (`ownPage.ts`). How many requests and
 * orders are taken in a minute is limited, too (`requestLimit.ts`). What happens at the door is told to whoever listens
 * (`accessEvent.ts`).
 *
 * Without users, the page answers this machine alone, and everybody on it may act (`requestOrigin.ts`; services such as
 * a proxy are told apart by their account, `localAccount.ts`). The settings refuse any other address without users, or
 * without https.
 */
export { ACCESS_KINDS, type AccessEvent, type AccessKind, type AccessListener } from './accessEvent.js';
export { Door, type DoorOptions, type User } from './door.js';
export { hasSession, type Person, personOf, type Role } from './person.js';
export type { ProviderSettings } from './provider.js';
export { limitAddresses, limitPersons } from './requestLimit.js';
export { isSentHere } from './requestOrigin.js';
