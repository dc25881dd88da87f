import { isUsableUid, type Uid } from '../dicom/index.js';
import { PacsError } from './errors.js';

/** One DICOMweb service root, ready for `/studies` to be appended. */
export interface ServiceRoot {
  url: string;
  origin: string;
}

/** @throws PacsError `pacs-settings` for what is no http or https address, or has credentials, a query or a fragment */
export function serviceRoot(address: string): ServiceRoot {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new PacsError('pacs-settings', 'The address of the PACS is not a URL', {
      remedy: 'Give pacs.url as https://HOST/PATH.',
    });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new PacsError('pacs-settings', `The address of the PACS begins with ${url.protocol}`, {
      remedy: 'DICOMweb needs an http: or https: address.',
    });
  }
  if (url.search !== '' || url.hash !== '') {
    throw new PacsError('pacs-settings', 'The address of the PACS has a query or a fragment', {
      url: address,
      remedy: 'Give only the service root, e.g. https://HOST/dicom-web; credentials belong under pacs.auth.',
    });
  }
  // The settings refuse them too: one place for credentials, and none in addresses that get logged.
  if (url.username !== '' || url.password !== '') {
    throw new PacsError('pacs-settings', 'The address of the PACS holds a user or password', {
      url: address,
      remedy: 'Give them under pacs.auth.',
    });
  }
  return { url: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, origin: url.origin };
}

/**
 * A UID as one path segment.
 *
 * UIDs come from other people's objects and go into addresses, so nothing that could change the path gets through;
 * the letters that some vendors put into UIDs against PS3.5 §9.1 do.
 *
 * @throws PacsError `pacs-refused`
 */
export function pathSegment(uid: Uid): string {
  if (!isUsableUid(uid)) {
    throw new PacsError('pacs-refused', `${JSON.stringify(uid.slice(0, 80))} is not a UID`);
  }
  return uid;
}
