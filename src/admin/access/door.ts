import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { countText } from '../../countText.js';
import { isPassword } from '../../passwordHash.js';
import type { AdminError } from '../errors.js';
import { sendText } from '../sendText.js';
import { type AccessEvent, type AccessListener, shortName, UNKNOWN } from './accessEvent.js';
import { basicCredentials, Programs, RightHeaders } from './basicUsers.js';
import { Guesses, type Pause } from './guesses.js';
import { isHeldByService, nameOfHolder } from './localAccount.js';
import { isOwnPage } from './ownPage.js';
import { hasSession, may, type Person, personOf, type Role, setPerson } from './person.js';
import { CALLBACK_PATH, Provider, type ProviderSettings } from './provider.js';
import { addressOf, isFromThisMachine } from './requestOrigin.js';
import { sessionList } from './sessionList.js';
import { beginSession, SessionMemory, sessionPerson, sessions } from './sessions.js';
import { signedOutPage, signInPage } from './signInPage.js';

export interface User {
  name: string;
  role: Role;
  /** As `hashPassword` makes it. */
  passwordHash: string;
}

export interface DoorOptions {
  users: readonly User[];
  provider?: ProviderSettings | undefined;
  /** Whether people come by https: the cookie is then sent by https alone. */
  secure: boolean;
  /** Whether only this machine can reach the page: without users, nobody has to sign in then. */
  onlyThisMachine: boolean;
  listener?: AccessListener | undefined;
}

/** Where the browser's form goes, and the shape of what it sends. */
const LONGEST_FORM = '4kb';
const SIGN_IN_PATH = '/sign-in';
const SIGN_OUT_PATH = '/sign-out';
const ONLY_THIS_MACHINE =
  'Without users the status page answers people of this machine alone: at localhost or 127.0.0.1, by HTTP 1.1 and no ' +
  'proxy. For others set admin.users (mamori password) and https.';
/** What programs that watch over the service ask. */
const FOR_SERVICES = /^\/(metrics|health(\/ready)?)$/;

/** Who comes in, and as whom. Everything that answers stands behind `requires`. */
export class Door {
  /** Nobody on this machine has to say who they are. */
  readonly isOpen: boolean;
  readonly #options: DoorOptions;
  readonly #users: ReadonlyMap<string, User>;
  readonly #guesses = new Guesses();
  /** Counted by themselves: what fails at the provider must not close the door to passwords, nor the reverse. */
  readonly #providerFailures = new Guesses();
  readonly #rightHeaders = new RightHeaders();
  readonly #programs = new Programs();
  readonly #provider: Provider | undefined;
  readonly #sessions = new SessionMemory();

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#users = new Map(options.users.map((user) => [user.name, user]));
    this.#provider = options.provider && new Provider(options.provider);
    this.isOpen = options.onlyThisMachine && options.users.length === 0 && options.provider === undefined;
  }

  /** Signing in and out; before everything else, since it also finds out who sends a request. */
  routes(): Router {
    const router = Router();
    if (this.isOpen) {
      router.use(this.#openToThisMachine);
      return router;
    }
    router.use(sessions(this.#options.secure, this.#sessions), this.#identify);
    router.get(SIGN_IN_PATH, (request, response) => this.#ask(response, { to: localPath(request.query.to) }));
    const form = express.urlencoded({ extended: false, limit: LONGEST_FORM });
    router.post(SIGN_IN_PATH, form, (request, response) => this.#signIn(request, response));
    router.post(SIGN_OUT_PATH, (request, response) => this.#signOut(request, response));
    router.get('/sign-in/oidc', (request, response) => this.#beginAtProvider(request, response));
    router.get(CALLBACK_PATH, (request, response) => this.#endAtProvider(request, response));
    return router;
  }

  /** Who is signed in; behind `requires`. Where nobody signs in there are none. */
  sessionList(): Router {
    if (this.isOpen) return Router();
    return sessionList(this.#sessions, (request, by, of) => this.#tellOf(request, 'session-ended', by, of));
  }

  /** Lets through who may; sends a browser to sign in, and tells a program what is missing. */
  requires(role: Role): RequestHandler {
    return (request, response, next) => {
      const person = personOf(request);
      if (person === undefined) {
        this.#askForSignIn(request, response);
        return;
      }
      if (!may(person, role)) {
        this.#tellOf(request, 'forbidden', person);
        return void sendText(response, 403, `${person.name} may look, and not give orders.`);
      }
      const changes = request.method !== 'GET' && request.method !== 'HEAD';
      if (changes && !isOwnPage(request, !hasSession(person)))
        return void sendText(response, 403, 'Orders come from pages of Mamori alone.');
      next();
    };
  }

  #openToThisMachine: RequestHandler = (request, response, next) => {
    const isService = isHeldByService(request.socket) && !FOR_SERVICES.test(request.path);
    if (isService || !isFromThisMachine(request)) return void sendText(response, 421, ONLY_THIS_MACHINE);
    const name = `${nameOfHolder(request.socket) ?? 'somebody'} on this machine`;
    setPerson(request, { name, role: 'act', by: 'machine' });
    next();
  };

  #identify: RequestHandler = async (request, response, next) => {
    const { authorization } = request.headers;
    const person =
      authorization === undefined ? sessionPerson(request) : await this.#byHeader(request, authorization);
    if (person !== undefined && 'pause' in person) return notNow(response, person);
    if (person !== undefined) setPerson(request, person);
    next();
  };

  async #byHeader(request: Request, header: string): Promise<Person | Pause | undefined> {
    const known = this.#users.get(this.#rightHeaders.userOf(header) ?? '');
    if (known !== undefined) return { name: known.name, role: known.role, by: 'basic' };
    const given = basicCredentials(header);
    if (given === undefined) return undefined;
    const found = await this.#try(request, given.name, given.password, 'basic');
    if (found === undefined || 'pause' in found) return found;
    this.#rightHeaders.add(header, found.name);
    if (this.#programs.isNew(found.name, addressOf(request)))
      this.#tell(request, 'signed-in', found.name, 'basic');
    return { name: found.name, role: found.role, by: 'basic' };
  }

  async #try(
    request: Request,
    name: string,
    password: string,
    by: 'password' | 'basic',
  ): Promise<User | Pause | undefined> {
    const user = this.#users.get(name);
    const told = user?.name ?? UNKNOWN;
    const outcome = await this.#guesses.try(shortName(name), addressOf(request), () =>
      isPassword(password, user?.passwordHash),
    );
    if ('pause' in outcome) {
      if (!outcome.isBusy) this.#tell(request, 'held-off', told, by);
      return outcome;
    }
    if (outcome.right) return user;
    this.#tell(request, 'refused', told, by);
    return undefined;
  }

  async #signIn(request: Request, response: Response): Promise<void> {
    if (!isOwnPage(request, false)) return void sendText(response, 403, 'Not from here.');
    const { name = '', password = '', to } = (request.body ?? {}) as Record<string, unknown>;
    const page = { to: localPath(to) };
    if (typeof name !== 'string' || typeof password !== 'string')
      return this.#ask(response.status(400), page);
    const found = await this.#try(request, name, password, 'password');
    if (found === undefined)
      return this.#ask(response.status(401), { ...page, problem: 'User or password is wrong.' });
    if ('pause' in found) {
      response.setHeader('Retry-After', found.pause);
      const problem = found.isBusy
        ? 'Too many sign in right now. Try again in a moment.'
        : `Too many wrong passwords. Try again in ${inWords(found.pause)}.`;
      return this.#ask(response.status(found.isBusy ? 503 : 429), { ...page, problem });
    }
    await beginSession(request, { name: found.name, role: found.role, by: 'password' });
    this.#tell(request, 'signed-in', found.name, 'password');
    response.redirect(303, page.to);
  }

  async #signOut(request: Request, response: Response): Promise<void> {
    const { signedIn } = request.session;
    if (signedIn !== undefined && !isOwnPage(request, false))
      return void sendText(response, 403, 'Not from here.');
    await new Promise((resolve) => request.session.destroy(resolve));
    if (signedIn !== undefined) this.#tellOf(request, 'signed-out', signedIn);
    const elsewhere =
      signedIn?.idToken === undefined ? undefined : await this.#provider?.endUrl(signedIn.idToken);
    if (elsewhere === undefined) return response.redirect(303, SIGN_IN_PATH);
    response.type('html').send(signedOutPage(elsewhere.href));
  }

  async #beginAtProvider(request: Request, response: Response): Promise<void> {
    if (this.#provider === undefined) return void sendText(response, 404, 'Not found');
    const to = localPath(request.query.to);
    if (this.#isHeldOffAtProvider(request, response, to)) return;
    try {
      const { pending, url } = await this.#provider.begin();
      request.session.pending = { ...pending, to };
      response.redirect(303, url.href);
    } catch (error) {
      this.#ask(response.status(503), { to, problem: (error as AdminError).message });
    }
  }

  async #endAtProvider(request: Request, response: Response): Promise<void> {
    const { pending } = request.session;
    if (this.#provider === undefined || pending === undefined) return response.redirect(303, SIGN_IN_PATH);
    delete request.session.pending;
    if (this.#isHeldOffAtProvider(request, response, pending.to)) return;
    const query = request.originalUrl.slice(request.originalUrl.indexOf('?'));
    try {
      const { name, identity, role, idToken } = await this.#provider.end(query, pending);
      if (role === undefined) {
        this.#tell(request, 'forbidden', name, 'oidc', { identity });
        const problem = `${name} has no right here; admin.oidc.roles says who has.`;
        return this.#ask(response.status(403), { to: pending.to, problem });
      }
      const person: Person = { name, role, by: 'oidc', identity };
      await beginSession(request, person, idToken);
      this.#tellOf(request, 'signed-in', person);
      response.redirect(303, pending.to);
    } catch (error) {
      this.#providerFailures.failed(addressOf(request));
      this.#tell(request, 'refused', UNKNOWN, 'oidc');
      this.#ask(response.status(401), { to: pending.to, problem: (error as AdminError).message });
    }
  }

  #isHeldOffAtProvider(request: Request, response: Response, to: string): boolean {
    const pause = this.#providerFailures.pauseOf(addressOf(request));
    if (pause === 0) return false;
    this.#tell(request, 'held-off', UNKNOWN, 'oidc');
    response.setHeader('Retry-After', pause);
    const problem = `Signing in failed too often from here. Try again in ${inWords(pause)}.`;
    this.#ask(response.status(429), { to, problem });
    return true;
  }

  #askForSignIn(request: Request, response: Response): void {
    const { accept = '' } = request.headers;
    if (request.method === 'GET' && accept.includes('text/html')) {
      response.redirect(303, `${SIGN_IN_PATH}?to=${encodeURIComponent(request.originalUrl)}`);
      return;
    }
    // A page's own request must not make the browser ask for a password.
    if (request.headers['sec-fetch-site'] === undefined)
      response.setHeader('WWW-Authenticate', 'Basic realm="Mamori", charset="UTF-8"');
    sendText(response, 401, 'User and password are needed');
  }

  #ask(response: Response, page: { to: string; problem?: string }): void {
    const withPassword = this.#users.size > 0;
    const withProvider = this.#provider !== undefined;
    response.type('html').send(signInPage({ ...page, withPassword, withProvider }));
  }

  #tell(
    request: Request,
    kind: AccessEvent['kind'],
    user: string,
    by: AccessEvent['by'],
    { identity, of }: Pick<AccessEvent, 'identity' | 'of'> = {},
  ): void {
    const address = addressOf(request);
    const more = { ...(identity && { identity }), ...(of && { of: shortName(of) }) };
    this.#options.listener?.({ kind, user: shortName(user), address, by, ...more });
  }

  /** Whoever comes from this machine without signing in is told of by nobody. */
  #tellOf(request: Request, kind: AccessEvent['kind'], { name, by, identity }: Person, of?: string): void {
    if (by !== 'machine') this.#tell(request, kind, name, by, { identity, of });
  }
}

function notNow(response: Response, { pause, isBusy }: Pause): void {
  response.setHeader('Retry-After', pause);
  if (isBusy) return void sendText(response, 503, 'busy: too many sign in right now');
  sendText(response, 429, `Too many wrong passwords; wait ${pause} s`);
}

/** A path of this page, so that no link that leads here sends anybody elsewhere. */
function localPath(to: unknown): string {
  if (typeof to !== 'string' || !/^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(to) || to.includes('\\')) return '/';
  return to.startsWith(SIGN_IN_PATH) ? '/' : to;
}

function inWords(seconds: number): string {
  if (seconds < 120) return countText(seconds, 'second');
  return `${Math.ceil(seconds / 60)} minutes`;
}
