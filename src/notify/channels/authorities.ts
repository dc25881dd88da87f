import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { NotifyError } from '../errors.js';

/** The authorities to trust: the public ones, and those in a PEM file. @throws NotifyError `notify-settings` */
export function authorities(file: string | undefined, key: string): string[] | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new NotifyError('notify-settings', `The file of ${key} cannot be read.`, {
      remedy: 'Check the path and that the service may read it.',
      cause,
    });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new NotifyError('notify-settings', `The file of ${key} holds no certificate.`, {
      remedy: 'It must be PEM: openssl x509 -inform der -in FILE -out FILE.pem.',
    });
  return [...rootCertificates, text];
}
