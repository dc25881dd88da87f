import type { Configuration } from 'openid-client';
import { AdminError } from '../errors.js';
import type { Role } from './person.js';

/** The hospital's sign-in (OpenID Connect Core 1.0). */
export interface ProviderSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Where people reach the status page: `/sign-in/oidc/callback` there is what the provider must know. */
  url: string;
  scope: string;
  /** The claim that lists what somebody is, and which of its values may do what. */
  roles: { claim: string; see: readonly string[]; act: readonly string[] };
}

/** What has to be remembered between the way there and the way back. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  verifier: string;
}

export interface ProvidedPerson {
  name: string;
  /** `ISSUER#SUB`: which person of which provider, whatever they are called (OpenID Connect Core 1.0, 2 and 5.7). */
  identity: string;
  /** Undefined: known there, and without any right here. */
  role: Role | undefined;
  idToken: string | undefined;
}

export const CALLBACK_PATH = '/sign-in/oidc/callback';

/**
 * Signing in at an OpenID provider: authorization code with PKCE (RFC 7636), state and nonce. The provider is asked for
 * its addresses when somebody first signs in, so that the service starts without it.
 */
export class Provider {
  readonly #settings: ProviderSettings;
  #known: Promise<Configuration> | undefined;

  constructor(settings: ProviderSettings) {
    this.#settings = settings;
  }

  /** @throws AdminError `provider-unreachable` */
  async begin(): Promise<{ pending: PendingSignIn; url: URL }> {
    const oidc = await import('openid-client');
    const known = await this.#discovered();
    const [verifier, state, nonce] = [oidc.randomPKCECodeVerifier(), oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(known, {
      redirect_uri: this.#at(CALLBACK_PATH),
      scope: this.#settings.scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { pending: { state, nonce, verifier }, url };
  }

  /**
   * @param query of the request by which the browser came back
   * @throws AdminError `provider-unreachable`, `provider-refused`
   */
  async end(query: string, { state, nonce, verifier }: PendingSignIn): Promise<ProvidedPerson> {
    const oidc = await import('openid-client');
    const known = await this.#discovered();
    try {
      const tokens = await oidc.authorizationCodeGrant(known, new URL(`${this.#at(CALLBACK_PATH)}${query}`), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const name = [claims.preferred_username, claims.email, claims.sub]
        .map(legible)
        .find((text) => text !== '');
      return {
        name: name ?? 'nameless',
        identity: `${claims.iss}#${claims.sub}`,
        role: roleOf(claims[this.#settings.roles.claim], this.#settings.roles),
        idToken: tokens.id_token,
      };
    } catch (cause) {
      throw new AdminError('provider-refused', 'The OpenID provider did not confirm the sign-in.', {
        cause,
        remedy: 'Sign in again; if it goes on, compare admin.oidc with what the provider has of this client.',
      });
    }
  }

  /** Where to end the session at the provider too; undefined where it has no such place. */
  async endUrl(idToken: string | undefined): Promise<URL | undefined> {
    try {
      const oidc = await import('openid-client');
      const known = await this.#discovered();
      if (known.serverMetadata().end_session_endpoint === undefined) return undefined;
      return oidc.buildEndSessionUrl(known, {
        post_logout_redirect_uri: this.#at('/sign-in'),
        ...(idToken !== undefined && { id_token_hint: idToken }),
      });
    } catch {
      return undefined;
    }
  }

  #at(path: string): string {
    return `${this.#settings.url.replace(/\/+$/, '')}${path}`;
  }

  async #discovered(): Promise<Configuration> {
    this.#known ??= this.#discover();
    try {
      return await this.#known;
    } catch (cause) {
      // The next one who signs in asks again.
      this.#known = undefined;
      throw new AdminError('provider-unreachable', 'The OpenID provider cannot be asked.', {
        cause,
        remedy:
          'See whether admin.oidc.issuer answers at /.well-known/openid-configuration from this machine.',
      });
    }
  }

  async #discover(): Promise<Configuration> {
    const oidc = await import('openid-client');
    const { issuer, clientId, clientSecret } = this.#settings;
    // Settings take http only for a provider on this machine.
    const plain = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
    // The signature of ID tokens, too: the connection that they come by may end at a proxy that is not the provider's.
    const execute = [oidc.enableNonRepudiationChecks, ...plain];
    return oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute });
  }
}

/** What people may have written about themselves, without what steers a terminal or turns text around. */
function legible(claim: unknown): string {
  return typeof claim === 'string' ? claim.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim() : '';
}

function roleOf(claim: unknown, { see, act }: ProviderSettings['roles']): Role | undefined {
  const values = [claim].flat().filter((value) => typeof value === 'string' || typeof value === 'number');
  const isOf = (named: readonly string[]) => values.some((value) => named.includes(String(value)));
  if (isOf(act)) return 'act';
  return isOf(see) ? 'see' : undefined;
}
