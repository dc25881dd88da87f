import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { certificatesIn } from '../certificateText.js';
import { type Check, type CheckResult, failure, ok, warning } from '../types.js';

/** Are the files under pacs.tls what they are named as, and do they belong together? */
export const tlsFiles: Check = {
  name: 'tls-files',
  needs: [],
  run: async ({ settings }) => {
    const { ca, cert, key, passphrase } = settings.pacs.tls;
    const told: string[] = [];
    if (ca !== undefined) {
      const read = await readCertificates('ca', ca);
      if (!Array.isArray(read)) return read;
      told.push(read.length === 1 ? 'one authority' : `${read.length} authorities`);
    }
    if (cert === undefined || key === undefined) return ok(told.join(', ') || 'none are set');
    const own = await readCertificates('cert', cert);
    if (!Array.isArray(own)) return own;
    const secret = await readKey(key, passphrase);
    if ('state' in secret) return secret;
    if (!own[0]!.checkPrivateKey(secret))
      return failure(
        'pacs.tls.key is not the key of pacs.tls.cert',
        'Name the key that the certificate was made with; in cert, the own certificate must stand first.',
      );
    told.push('a client certificate with its key');
    if (process.platform !== 'win32' && ((await stat(key)).mode & 0o007) !== 0)
      return warning(
        'Every account on this machine can read pacs.tls.key',
        `Take that right away: chmod o-rwx ${key}`,
      );
    return ok(told.join(', '));
  },
};

async function readCertificates(name: string, file: string): Promise<X509Certificate[] | CheckResult> {
  const text = await readFile(file, 'utf8');
  const found = certificatesIn(text);
  if (found === 'unreadable')
    return failure(
      `pacs.tls.${name} holds a certificate that cannot be read`,
      'Export it again as PEM: openssl x509 -in FILE -out FILE.pem',
    );
  if (found.length === 0) {
    const isKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
    return failure(
      `pacs.tls.${name} holds ${isKey ? 'a private key and no certificate' : 'no certificate'}`,
      name === 'ca'
        ? "Name the PEM file of the authority's certificate; its key belongs nowhere near this machine."
        : 'Name the PEM file of the certificate here, and its key in pacs.tls.key.',
    );
  }
  const now = Date.now();
  const stale = found.find((one) => now > Date.parse(one.validTo) || now < Date.parse(one.validFrom));
  if (stale === undefined) return found;
  const past = now > Date.parse(stale.validTo);
  return failure(
    `pacs.tls.${name} holds a certificate that ${past ? 'was' : 'is'} valid only ${past ? 'until' : 'from'} ` +
      `${past ? stale.validTo : stale.validFrom}`,
    name === 'ca' ? "Get the authority's present certificate." : 'Have the certificate renewed.',
  );
}

async function readKey(file: string, passphrase: string | undefined): Promise<KeyObject | CheckResult> {
  const key = await readFile(file, 'utf8');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key))
    return failure('pacs.tls.key holds no private key', 'Name the PEM file of the key.');
  try {
    return createPrivateKey({ key, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    const locked = /ENCRYPTED/.test(key);
    return failure(
      locked ? 'pacs.tls.key does not open' : 'pacs.tls.key cannot be read',
      locked ? 'Set pacs.tls.passphrase, or correct it.' : 'Export the key again as PEM.',
    );
  }
}
