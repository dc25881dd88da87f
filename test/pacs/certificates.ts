import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key and its certificate, as PEM text and as files. */
export interface KeyPair {
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] });

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function keyPair(directory: string, name: string): KeyPair {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), certFile, keyFile };
}

/** A certificate that vouches for itself: an authority, or a server of its own on loopback. */
export function selfSigned(directory: string, name: string): KeyPair {
  openssl(
    ...['req', '-x509', ...EC_KEY, '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.crt`)],
  );
  return keyPair(directory, name);
}

/** A certificate for loopback, signed by `authority`; it serves as a server's and as a client's. */
export function signedBy(authority: KeyPair, directory: string, name: string): KeyPair {
  const request = join(directory, `${name}.csr`);
  const extensions = join(directory, `${name}.ext`);
  writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  openssl(
    'req',
    ...EC_KEY,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    join(directory, `${name}.key`),
    '-out',
    request,
  );
  openssl(
    ...['x509', '-req', '-in', request, '-days', '2', '-extfile', extensions, '-CAcreateserial'],
    ...['-CA', authority.certFile, '-CAkey', authority.keyFile, '-out', join(directory, `${name}.crt`)],
  );
  return keyPair(directory, name);
}
