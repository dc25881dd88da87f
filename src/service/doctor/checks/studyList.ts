import { countText } from '../../../countText.js';
import { type Check, ok, warning } from '../types.js';

/** Does the search (QIDO-RS) find studies with mammograms? */
export const studyList: Check = {
  name: 'search',
  needs: ['login'],
  run: async (visit) => {
    const { lookbackDays, studies, incomplete } = await visit.recent();
    const own = visit.settings.poll.lookbackDays;
    if (studies.length === 0)
      return warning(
        'The PACS answers and lists no study with modality MG of the last year',
        'Check that the account may see mammograms, and that they are stored under modality MG.',
      );
    const found = countText(studies.length, 'study', 'studies');
    const says = `${found} with mammograms in the last ${countText(lookbackDays, 'day')}`;
    if (incomplete)
      return warning(
        `${says}, and the PACS does not list all of them`,
        'Raise the limit on query results in the PACS, or have it honour the offset parameter.',
      );
    if (lookbackDays > own)
      return warning(
        `${says}, none in the last ${own}`,
        'Mamori would find nothing to do: raise poll.lookbackDays, or wait for the next exam.',
      );
    return ok(says);
  },
};
