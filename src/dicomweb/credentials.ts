import type { ClientCredentials, Credentials } from './connectionSettings.js';
import { PacsError } from './errors.js';
import { mayPass } from './requestRetry.js';

/** Gives the Authorization header of the next request. */
export interface Authoriser {
  /** The header's value; undefined where none is sent. */
  header(): Promise<string | undefined>;
  /** The server answered 401 to `header`. True if asking for another header may help. */
  rejected(header: string | undefined): boolean;
}

/** Posts a form to the authorisation server, without credentials of its own, and gives what it answers. */
export type PostForm = (
  url: string,
  form: URLSearchParams,
  headers: Record<string, string>,
) => Promise<{ status: number; json: unknown; retryAfterMs: number | undefined }>;

export function authoriser(credentials: Credentials, postForm: PostForm): Authoriser {
  switch (credentials.type) {
    case 'none':
      return fixed(undefined);
    case 'basic':
      return fixed(basic(credentials.username, credentials.password));
    case 'bearer':
      return fixed(`Bearer ${credentials.token}`);
    case 'oauth2':
      return new TokenSource(credentials, postForm);
  }
}

function fixed(value: string | undefined): Authoriser {
  return { header: async () => value, rejected: () => false };
}

/** The value of a header for Basic authentication (RFC 7617). */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** A token is given up this long before it ends, or a tenth of its life before for short-lived ones. */
const MARGIN_MS = 30_000;
/** Life of a token whose answer does not say (RFC 6749 §5.1 only recommends `expires_in`). */
const UNSTATED_LIFE_MS = 300_000;

/** Access tokens by the client credentials grant, one request for all who wait for it. */
class TokenSource implements Authoriser {
  readonly #credentials: ClientCredentials;
  readonly #postForm: PostForm;
  #current: { header: string; until: number } | undefined;
  #pending: Promise<string> | undefined;

  constructor(credentials: ClientCredentials, postForm: PostForm) {
    this.#credentials = credentials;
    this.#postForm = postForm;
  }

  async header(): Promise<string> {
    if (this.#current !== undefined && performance.now() < this.#current.until) return this.#current.header;
    this.#pending ??= this.#fetch().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  rejected(header: string | undefined): boolean {
    // Another request may have fetched a new one already: only the rejected token is thrown away.
    if (this.#current?.header === header) this.#current = undefined;
    return true;
  }

  async #fetch(): Promise<string> {
    const { tokenUrl, clientId, clientSecret, scope, audience, credentialsIn } = this.#credentials;
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    const headers: Record<string, string> = {};
    if (scope !== undefined) form.set('scope', scope);
    if (audience !== undefined) form.set('audience', audience);
    if (credentialsIn === 'body') {
      form.set('client_id', clientId);
      form.set('client_secret', clientSecret);
    } else {
      // RFC 6749 §2.3.1: both are form-encoded before they become user name and password.
      headers.authorization = basic(formEncoded(clientId), formEncoded(clientSecret));
    }
    const asked = performance.now();
    const { status, json, retryAfterMs } = await this.#postForm(tokenUrl, form, headers);
    const answer = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
    if (status !== 200) {
      const reason =
        typeof answer.error === 'string' && /^[\w-]{1,60}$/.test(answer.error) ? `: ${answer.error}` : '';
      const later = mayPass(status);
      throw new PacsError(
        later ? 'pacs-busy' : 'pacs-unauthorised',
        `The authorisation server gave no token, status ${status}${reason}`,
        {
          method: 'POST',
          url: tokenUrl,
          // Its 403 is about us, and not about what the PACS is asked for: only the message has it.
          ...(later && { status }),
          ...(retryAfterMs !== undefined && { retryAfterMs }),
          transient: later,
          remedy:
            'Check clientId, clientSecret, scope and tokenUrl under pacs.auth with whoever runs that server.',
        },
      );
    }
    const token = answer.access_token;
    const kind = answer.token_type;
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
      throw new PacsError(
        'pacs-answer-malformed',
        'The authorisation server answered without an access token',
        {
          method: 'POST',
          url: tokenUrl,
          status,
        },
      );
    }
    if (typeof kind === 'string' && kind.toLowerCase() !== 'bearer') {
      throw new PacsError(
        'pacs-unauthorised',
        'The authorisation server gave a token that is not a bearer token',
        {
          method: 'POST',
          url: tokenUrl,
          status,
        },
      );
    }
    const stated = Number(answer.expires_in);
    const life = Number.isFinite(stated) && stated > 0 ? stated * 1000 : UNSTATED_LIFE_MS;
    const header = `Bearer ${token}`;
    this.#current = { header, until: asked + life - Math.min(MARGIN_MS, life / 10) };
    return header;
  }
}

function formEncoded(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}
