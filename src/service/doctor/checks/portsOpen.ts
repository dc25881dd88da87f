import { endpointsOf, reach } from '../endpoints.js';
import { type Check, failure, ok } from '../types.js';

/** Does anything listen there, and is the way free? */
export const portsOpen: Check = {
  name: 'port',
  needs: ['name'],
  run: async ({ settings }) => {
    const endpoints = endpointsOf(settings);
    for (const endpoint of endpoints) {
      try {
        (await reach(endpoint, settings.pacs.timeouts.connectSeconds * 1000)).destroy();
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        const { host, port, key, proxy } = endpoint;
        if (proxy !== undefined)
          return failure(
            `${host}:${port} (${key}) cannot be reached through the proxy ${proxy.host}:${proxy.port}: ${code}`,
            code === 'PROXY_407'
              ? 'Check username and password under pacs.proxy.'
              : 'Check pacs.proxy.url, and that the proxy allows CONNECT to that host and port.',
          );
        return failure(
          `Nothing can be reached at ${host}:${port} (${key}): ${code}`,
          code === 'ECONNREFUSED'
            ? 'Nothing listens there: check the port in the address, and that the PACS runs.'
            : 'Check the way there: address, firewall, routes.',
        );
      }
    }
    return ok(endpoints.map(({ host, port }) => `${host}:${port} answers`).join(', '));
  },
};
