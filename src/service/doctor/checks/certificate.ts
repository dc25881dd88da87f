import type { Settings } from '../../../config/index.js';
import { type Endpoint, endpointsOf, identityFor, shakeHands } from '../endpoints.js';
import { type Check, type CheckResult, failure, ok, warning } from '../types.js';

const DAY_MS = 86_400_000;
/** Renewing one takes some hospitals weeks. */
const SOON_DAYS = 30;

/** Can the server's certificate be trusted: chain, name and dates? */
export const certificate: Check = {
  name: 'certificate',
  needs: ['scheme', 'tls-files'],
  run: async ({ settings }) => {
    const secure = endpointsOf(settings).filter((endpoint) => endpoint.secure);
    if (secure.length === 0) return ok('none, the addresses are http');
    let soonest: { endpoint: Endpoint; days: number } | undefined;
    for (const endpoint of secure) {
      const identity = await identityFor(endpoint, settings);
      const patience = settings.pacs.timeouts.connectSeconds * 1000;
      const { problem, chain } = await shakeHands(endpoint, identity, patience);
      if (problem !== undefined) return distrust(problem, endpoint, settings);
      const days = Math.min(...chain.map(({ valid_to: end }) => (Date.parse(end) - Date.now()) / DAY_MS));
      if (soonest === undefined || days < soonest.days) soonest = { endpoint, days };
    }
    const { endpoint, days } = soonest!;
    const says = `of ${endpoint.host}, trusted for ${Math.floor(days)} more days`;
    if (days >= SOON_DAYS) return ok(says);
    return warning(says, 'Have it renewed in time: from that day on Mamori can fetch and store nothing.');
  },
};

function distrust(code: string, { host }: Endpoint, { pacs }: Settings): CheckResult {
  const withCa = pacs.tls.ca !== undefined;
  const authority = withCa
    ? 'pacs.tls.ca holds another authority than the one that signed it: name the right one.'
    : 'Put the certificate of the authority into a PEM file and name it in pacs.tls.ca.';
  const [says, remedy = authority] = REASONS[code] ?? [
    `cannot be trusted (${code})`,
    'Ask whoever runs the PACS which authority has signed it.',
  ];
  return failure(`The certificate of ${host} ${says}`, remedy);
}

/** What OpenSSL and Node say about a chain, in words. Without a remedy: its authority has to be named. */
const REASONS: Record<string, readonly [says: string, remedy?: string]> = {
  CERT_HAS_EXPIRED: [
    'has expired, or one above it has',
    'Have it renewed at the PACS, with its whole chain; check the clock of this machine too.',
  ],
  CERT_NOT_YET_VALID: ['is not valid yet', 'Check the clock of this machine, and of the one that made it.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'is for another name',
    'Use the name that the certificate is for in the address, or have one made for this name.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['vouches for itself'],
  SELF_SIGNED_CERT_IN_CHAIN: ['comes from an authority that is not known here'],
  UNABLE_TO_GET_ISSUER_CERT: ['comes from an authority that is not known here'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['comes from an authority that is not known here'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'comes without the chain up to an authority that is known here',
    'Have the server send its intermediate certificates too, or put them with the authority into pacs.tls.ca.',
  ],
  INVALID_CA: [
    'was signed by a certificate that is none of an authority',
    'Name the certificate of the authority in pacs.tls.ca.',
  ],
  CERT_SIGNATURE_FAILURE: ['was signed with another key than that of its authority'],
};
