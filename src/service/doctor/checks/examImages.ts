import { countText } from '../../../countText.js';
import { type Check, ok, skipped, warning } from '../types.js';

/** Does the PACS list the images of a study, all of them, and say what they are? */
export const examImages: Check = {
  name: 'images',
  needs: ['search'],
  run: async (visit) => {
    const sample = await visit.sample();
    if (sample === undefined) return skipped('takes a study with mammograms');
    const { study, instances, image } = sample;
    const expected = study.numberOfInstances;
    if (expected !== undefined && instances.length < expected)
      return warning(
        `The PACS says ${countText(expected, 'image')} of a study and lists ${instances.length}`,
        'Exams would look complete too early: raise the limit on query results; may the account see all of it?',
      );
    if (image === undefined)
      return warning(
        `None of ${instances.length} listed objects is named as a mammogram`,
        'Let the PACS answer with Modality and SOPClassUID on the level of instances.',
      );
    return ok(`${countText(instances.length, 'object')} of the latest study listed`);
  },
};
