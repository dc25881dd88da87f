import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { endpointsOf } from '../endpoints.js';
import { type Check, failure, ok } from '../types.js';

/** Do the names in the addresses lead anywhere? */
export const hostNames: Check = {
  name: 'name',
  needs: [],
  run: async ({ settings }) => {
    const told: string[] = [];
    for (const { host: own, key: named, proxy } of endpointsOf(settings)) {
      // Behind a proxy, names are the proxy's to find.
      const { host, key } = proxy === undefined ? { host: own, key: named } : { ...proxy, key: 'pacs.proxy' };
      if (isIP(host) !== 0) continue;
      try {
        const { address } = await lookup(host);
        told.push(`${host} is ${address}`);
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        return failure(
          `The name ${host} (${key}) leads nowhere (${code})`,
          'Check its spelling, and the name server of this machine (/etc/resolv.conf, /etc/hosts).',
        );
      }
    }
    return ok(told.length === 0 ? 'addresses are given as numbers' : [...new Set(told)].join(', '));
  },
};
