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

export interface CertificateOptions {
  /** subjectAltName; loopback unless said. */
  names?: string;
  /** It may sign others. */
  isAuthority?: boolean;
  /** Days from now, negative in the past. */
  fromDay?: number;
  toDay?: number;
}

const DAY_MS = 86_400_000;

/** As `signedBy`, with dates, names and rights of one's own. */
export function issuedBy(
  authority: KeyPair,
  directory: string,
  name: string,
  { names = 'DNS:localhost,IP:127.0.0.1', isAuthority = false, fromDay = -1, toDay = 60 }: CertificateOptions,
): KeyPair {
  const at = (file: string) => join(directory, file);
  const time = (day: number) =>
    `${new Date(Date.now() + day * DAY_MS).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  openssl(
    ...['req', ...EC_KEY, '-subj', `/CN=${name}`],
    ...['-keyout', at(`${name}.key`), '-out', at(`${name}.csr`)],
  );
  writeFileSync(at(`${name}.index`), '');
  writeFileSync(
    at(`${name}.cnf`),
    `[ca]
default_ca = made
[made]
database = ${at(`${name}.index`)}
new_certs_dir = ${directory}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
subjectAltName = ${names}
basicConstraints = CA:${isAuthority ? 'TRUE' : 'FALSE'}
`,
  );
  openssl(
    ...['ca', '-batch', '-notext', '-config', at(`${name}.cnf`)],
    ...['-cert', authority.certFile, '-keyfile', authority.keyFile],
    ...['-startdate', time(fromDay), '-enddate', time(toDay)],
    ...['-in', at(`${name}.csr`), '-out', at(`${name}.crt`)],
  );
  return keyPair(directory, name);
}
