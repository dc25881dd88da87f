import { type Check, failure, ok, warning } from '../types.js';

const WORTH_A_WORD_SECONDS = 60;
const TOO_FAR_SECONDS = 3600;

/** Do this machine and the PACS agree on what time it is? Exams are looked for by their date. */
export const clock: Check = {
  name: 'clock',
  needs: ['login'],
  run: async (visit) => {
    const before = Date.now();
    const { date } = await (await visit.probe()).searchStatus();
    if (date === undefined) return ok('the PACS does not tell its time');
    const seconds = Math.round(((before + Date.now()) / 2 - date.getTime()) / 1000);
    const apart = Math.abs(seconds);
    if (apart <= WORTH_A_WORD_SECONDS) return ok('agrees with that of the PACS');
    const says = `This machine is ${apart} s ${seconds > 0 ? 'ahead of' : 'behind'} the PACS`;
    const remedy = 'Have both set their clocks by the same time server (NTP).';
    return apart > TOO_FAR_SECONDS ? failure(says, remedy) : warning(says, remedy);
  },
};
