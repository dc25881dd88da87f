import { readFile } from 'node:fs/promises';
import type { Settings } from '../../config/index.js';
import { certificatesIn } from './certificateText.js';
import { endpointsOf, identityFor, shakeHands } from './endpoints.js';

/** When a certificate ends, its chain included. */
export interface CertificateEnd {
  /** Whose it is, in words. */
  of: string;
  until: Date;
}

/**
 * The end of every certificate that the service rests on: of the servers that it asks, its own for them, and that of
 * the status page. A server that cannot be reached is left out.
 */
export async function certificateEnds(settings: Settings): Promise<CertificateEnd[]> {
  const patience = settings.pacs.timeouts.connectSeconds * 1000;
  const found: CertificateEnd[] = [];
  for (const endpoint of endpointsOf(settings).filter(({ secure }) => secure)) {
    const chain = await identityFor(endpoint, settings)
      .then((identity) => shakeHands(endpoint, identity, patience))
      .then((shaken) => shaken.chain)
      .catch(() => []);
    const what = endpoint.isPacs ? 'the PACS' : 'the authorisation server';
    add(
      found,
      `${what} (${endpoint.host})`,
      chain.map(({ valid_to: end }) => end),
    );
  }
  for (const [of, file] of ownFiles(settings)) {
    const certificates =
      file === undefined ? [] : certificatesIn(await readFile(file, 'utf8').catch(() => ''));
    if (certificates !== 'unreadable')
      add(
        found,
        of,
        certificates.map(({ validTo }) => validTo),
      );
  }
  return found;
}

function ownFiles({ pacs, ledger, audit, admin }: Settings): [of: string, file: string | undefined][] {
  return [
    ['Mamori itself, which the PACS asks for (pacs.tls.cert)', pacs.tls.cert],
    ['the status page (admin.tls.cert)', admin.tls?.cert],
    ['Mamori itself, which the database server asks for (ledger.tls.cert)', ledger.tls.cert],
    ['Mamori itself, which the syslog receiver asks for (audit.syslog.tls.cert)', audit.syslog?.tls.cert],
  ];
}

function add(found: CertificateEnd[], of: string, ends: readonly string[]): void {
  if (ends.length > 0) found.push({ of, until: new Date(Math.min(...ends.map((end) => Date.parse(end)))) });
}
