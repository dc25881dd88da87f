import { PacsError, type PacsErrorCode } from './errors.js';
import { mayPass, retryAfterMs } from './requestRetry.js';

/** What came back, whatever its status: the body complete, decompressed. */
export interface Answer {
  method: string;
  /** Where it came from in the end. */
  url: string;
  status: number;
  /** One header by its lower-case name. */
  header(name: string): string | undefined;
  body: Uint8Array;
}

/** The body as text: UTF-8 whatever SpecificCharacterSet says (PS3.18 F.2), without a byte order mark. */
export function bodyText({ body }: Answer): string {
  return new TextDecoder().decode(body);
}

/** The error that an answer stands for whose status means failure. */
export function statusError(answer: Answer): PacsError {
  const { status } = answer;
  const { code, what, remedy } = meaning(status);
  return new PacsError(code, `${what}, status ${status}`, {
    method: answer.method,
    url: answer.url,
    status,
    transient: mayPass(status),
    ...optional('retryAfterMs', retryAfterMs(answer.header('retry-after'), Date.now())),
    ...optional('remedy', remedy),
  });
}

function optional<K extends string, V>(key: K, value: V | undefined): { [k in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [k in K]: V });
}

function meaning(status: number): { code: PacsErrorCode; what: string; remedy?: string } {
  switch (status) {
    case 401:
      return {
        code: 'pacs-unauthorised',
        what: 'The PACS does not accept our credentials',
        remedy: 'Check pacs.auth.',
      };
    case 403:
      return {
        code: 'pacs-unauthorised',
        what: 'The PACS knows us but does not allow this',
        remedy: 'Give the account the right to query, retrieve and store.',
      };
    case 404:
    case 410:
      return {
        code: 'pacs-not-found',
        what: 'The PACS does not have it',
        remedy: 'If all requests end so, check pacs.url: it is the root of the DICOMweb service.',
      };
    case 406:
      return { code: 'pacs-refused', what: 'The PACS cannot answer in the form asked for' };
    case 413:
      return { code: 'pacs-refused', what: 'The PACS refuses a request or an answer of this size' };
    case 415:
      return { code: 'pacs-refused', what: 'The PACS does not take this media type' };
    case 408:
    case 425:
    case 429:
    case 503:
      return { code: 'pacs-busy', what: 'The PACS asks to come back later' };
    default:
      if (status >= 500) return { code: 'pacs-server-error', what: 'The PACS failed' };
      if (status >= 400) return { code: 'pacs-refused', what: 'The PACS refused the request' };
      return {
        code: 'pacs-refused',
        what: 'The PACS answered with a status that means nothing here',
        remedy: 'Check that the address is the root of a DICOMweb service.',
      };
  }
}
