import type { Request } from 'express';

/** What somebody may do: look at everything, or also give orders. Who may act may see. */
export type Role = 'see' | 'act';

/** Whoever sends a request. */
export interface Person {
  name: string;
  role: Role;
  /**
   * How they came in: with a password on the page or, programs, with each request, or at the OpenID provider.
   * `machine`: nobody has to sign in, and the request comes from this machine itself.
   */
  by: 'machine' | 'password' | 'basic' | 'oidc';
  /** Who it is at the OpenID provider, see `ProvidedPerson`: a user here may have the same name. */
  identity?: string | undefined;
}

const persons = new WeakMap<Request, Person>();

export function setPerson(request: Request, person: Person): void {
  persons.set(request, person);
}

/** Undefined: nobody that is known. */
export function personOf(request: Request): Person | undefined {
  return persons.get(request);
}

/** Whether a browser's cookie says who it is. */
export function hasSession({ by }: Person): boolean {
  return by === 'password' || by === 'oidc';
}

/** By what nobody else has: a user here and somebody of the provider may share a name. */
export function isSamePerson(one: Person, other: Person): boolean {
  const isLocal = ({ by }: Person) => by === 'password' || by === 'basic';
  if (isLocal(one) || isLocal(other)) return isLocal(one) && isLocal(other) && one.name === other.name;
  return one.by === other.by && one.identity === other.identity;
}

export function may(person: Person, role: Role): boolean {
  return person.role === 'act' || role === 'see';
}
