import type { TroubleWords } from './lastingTrouble.js';

/* What the log says of a look-out in trouble. */

export const SEARCH: TroubleWords = {
  level: 'error',
  begins: 'The PACS could not be searched',
  lasts: 'The PACS still cannot be searched',
  ends: 'The PACS can be searched again',
};

export const LOOK: TroubleWords = {
  level: 'warn',
  begins: 'The study could not be looked at',
  lasts: 'The study still cannot be looked at',
  ends: 'The study can be looked at again',
};
