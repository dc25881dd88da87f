import { MamoriError } from '../errors.js';
import { publicUrl } from './publicUrl.js';

/** Every way in which talking to the PACS can fail, by name. */
const PACS_ERROR_CODES = [
  /** No connection: name not found, refused, reset. */
  'pacs-unreachable',
  /** The certificate or the TLS handshake was not acceptable to one of the two sides. */
  'pacs-tls',
  /** Connecting, waiting for the headers, or waiting for the next bytes took too long. */
  'pacs-timed-out',
  /** 401, 403, or no token could be obtained. */
  'pacs-unauthorised',
  /** 404 or 410. */
  'pacs-not-found',
  /** The PACS understood and said no (any other 4xx, or a redirect that must not be followed). */
  'pacs-refused',
  /** 408, 425, 429, 503: not now. */
  'pacs-busy',
  /** Any other 5xx. */
  'pacs-server-error',
  /** The answer cannot be what was asked for: cut short, wrong content type, not DICOM JSON, no boundary. */
  'pacs-answer-malformed',
  /** The answer grew past `maxInstanceBytes` or `maxAnswerBytes`. */
  'pacs-answer-too-large',
  /** The PACS has more matches than it is willing to list, however the question is put. */
  'pacs-listing-incomplete',
  /** The client's own settings cannot work: address, certificate files. */
  'pacs-settings',
  /** `close()` was called while the request was under way. */
  'pacs-closed',
] as const;

export type PacsErrorCode = (typeof PACS_ERROR_CODES)[number];

const CODES: ReadonlySet<string> = new Set(PACS_ERROR_CODES);

/** Whether what went wrong lies between Mamori and the PACS. */
export function isPacsErrorCode(code: string): code is PacsErrorCode {
  return CODES.has(code);
}

/** Whether a search gave all that it could find, and there is more that the PACS does not list. */
export function isIncompleteListing(error: unknown): error is PacsError {
  return error instanceof PacsError && error.code === 'pacs-listing-incomplete';
}

export interface PacsErrorDetails {
  method?: string;
  /** Any form of the address: userinfo and query secrets are taken out here. */
  url?: string;
  status?: number;
  transient?: boolean;
  retryAfterMs?: number;
  remedy?: string;
  cause?: unknown;
}

/**
 * Something went wrong between Mamori and the PACS.
 *
 * Messages and properties carry UIDs, method, address and status. They never carry credentials, and never text
 * that the server sent, since that can hold patient data.
 */
export class PacsError extends MamoriError<PacsErrorCode> {
  readonly method: string | undefined;
  /** Without userinfo, with the values of secret-looking query parameters taken out. */
  readonly url: string | undefined;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Whether the same request may succeed later without anybody doing anything. */
  readonly transient: boolean;
  /** How long the server asked to be left alone, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(code: PacsErrorCode, what: string, details: PacsErrorDetails = {}) {
    const url = details.url === undefined ? undefined : publicUrl(details.url);
    // Without its query, which is long and always the same; it is in `url`.
    const where = url === undefined ? '' : ` (${details.method ?? 'GET'} ${url.replace(/\?.*$/, '')})`;
    super(code, `${what}${where}.`, { remedy: details.remedy, cause: details.cause });
    this.method = url === undefined ? undefined : (details.method ?? 'GET');
    this.url = url;
    this.status = details.status;
    this.transient = details.transient ?? false;
    this.retryAfterMs = details.retryAfterMs;
  }
}
