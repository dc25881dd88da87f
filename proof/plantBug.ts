import { register } from 'node:module';
import { PLANTED_BUGS } from './plantedBugs.js';

// node --import plantBug.js: the process has the bug with the number in MAMORI_PLANTED_BUG.
const { changes } = PLANTED_BUGS[Number(process.env.MAMORI_PLANTED_BUG)]!;
register('./plantedBugHooks.js', { parentURL: import.meta.url, data: { changes } });
