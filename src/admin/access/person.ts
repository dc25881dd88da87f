import type { Request } from 'express';

/** What somebody may do: look at everything, or also give orders. Who may act may see. */
export type Role = 'see' | 'act';

/** Whoever sends a request. */
export interface Person {
  name: string;
  role: Role;
  /** `machine`: nobody has to sign in, and the request comes from this machine itself. */
  by: 'machine' | 'session' | 'basic';
}

const persons = new WeakMap<Request, Person>();

export function setPerson(request: Request, person: Person): void {
  persons.set(request, person);
}

/** Undefined: nobody that is known. */
export function personOf(request: Request): Person | undefined {
  return persons.get(request);
}

export function may(person: Person, role: Role): boolean {
  return person.role === 'act' || role === 'see';
}
