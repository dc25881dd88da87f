import { countText } from '../../../countText.js';
import { MamoriError } from '../../../errors.js';
import { type Check, failure, ok, skipped, warning } from '../types.js';

/** The PACS draws nothing for people over DICOMweb, or not of this kind: that says nothing of its viewer. */
const DRAWS_NOTHING = new Set([400, 404, 405, 406, 415, 501]);

/** Does the PACS take, keep and show pictures in RLE Lossless? Where it takes none, they are sent uncompressed. */
export const compressedPictures: Check = {
  name: 'pictures',
  needs: ['store'],
  run: async ({ pictures: held }) => {
    if (held === undefined) return skipped('takes compressed pictures among the test objects');
    if (held instanceof MamoriError) throw held;
    const { pictures, compressed, changed, rendered } = held;
    const all = countText(pictures, 'heat map picture');
    if (changed > 0)
      return failure(
        `The PACS gives back ${changed} of ${all} with other pixels than it was given`,
        'Have the vendor look at its handling of RLE Lossless, or switch outputs.secondaryCapture off.',
      );
    const kept =
      compressed === pictures
        ? 'taken and kept in RLE Lossless'
        : `${pictures - compressed} of them held uncompressed, which takes three times the room (40 MB an exam)`;
    const says = `${all}: ${kept}, the same pixel by pixel`;
    const { status, type } = rendered;
    if (status === 200 && type.startsWith('image/')) return ok(`${says}, and drawn for people`);
    if (status === 200 || DRAWS_NOTHING.has(status))
      return ok(`${says}; the PACS draws none over DICOMweb: look at one in its viewer`);
    return warning(
      `${says}; asked to draw one for people, the PACS answers ${status}`,
      'Its own viewer may fail alike: open a heat map there after the first exam.',
    );
  },
};
