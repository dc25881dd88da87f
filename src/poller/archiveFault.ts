import { PacsError } from '../dicomweb/index.js';

/** Whether the archive knows us and does not allow this: perhaps for one study alone. */
export function isForbidden(error: unknown): boolean {
  return error instanceof PacsError && error.code === 'pacs-unauthorised' && error.status === 403;
}

/** Whether it does not accept our account, whatever it is asked for. */
export function refusesUs(error: PacsError): boolean {
  return error.code === 'pacs-unauthorised' && !isForbidden(error);
}

/** Whether it has not what it is asked for. */
export function isNotFound(error: PacsError): boolean {
  return error.code === 'pacs-not-found';
}

/** As it is told of the archive, and not of the exam that met it. */
export function nothingGiven(cause: PacsError): PacsError {
  return new PacsError(
    'pacs-not-found',
    'The PACS answers 404 to every image that it lists, and none was read since the start',
    {
      transient: true,
      status: 404,
      cause,
      remedy:
        'Check pacs.wadoUrl, or pacs.url where it is not set (mamori doctor asks for an image), and that the images ' +
        'are not only in an archive behind the PACS.',
    },
  );
}

/** Whether an error may come of the archive as a whole. A login page is a redirect, or no DICOM. */
export function mayBeTheArchive({ code, status = 0 }: PacsError): boolean {
  return MAY_BE_THE_ARCHIVE.has(code) || (code === 'pacs-refused' && status < 400);
}

const MAY_BE_THE_ARCHIVE = new Set<string>([
  'pacs-unreachable',
  'pacs-tls',
  'pacs-timed-out',
  'pacs-unauthorised',
  'pacs-busy',
  'pacs-server-error',
  'pacs-answer-malformed',
]);
