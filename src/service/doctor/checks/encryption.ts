import { plainWays } from '../../plainWays.js';
import { type Check, ok, warning } from '../types.js';

/** Is everything encrypted that leaves this machine? */
export const encryption: Check = {
  name: 'encryption',
  needs: [],
  run: async ({ settings }) => {
    const ways = await plainWays(settings);
    if (ways.length === 0) return ok('nothing that leaves this machine can be read on its way');
    const told = ways.map(({ setting, to, carries }) => `${setting} to ${to} (${carries})`);
    const remedies = ways.map(({ setting, remedy }) => (ways.length > 1 ? `${setting}: ${remedy}` : remedy));
    return warning(
      `not encrypted, and readable on the way: ${told.join('; ')}`,
      [...new Set(remedies)].join(' '),
    );
  },
};
