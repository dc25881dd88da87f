import { contradictoryIntent, recogniseMammogram } from '../../../dicom/index.js';
import { decodePixels, ImageError } from '../../../image/index.js';
import { type Check, ok, skipped, warning } from '../types.js';

const MEGABYTE = 1024 * 1024;

/** Does the PACS give an image as it is stored (WADO-RS), and can it be read here? */
export const imageFile: Check = {
  name: 'retrieve',
  needs: ['images'],
  run: async (visit) => {
    const image = (await visit.sample())?.image;
    if (image === undefined) return skipped('takes an image that is named as a mammogram');
    const { instance, bytes, milliseconds } = await visit.file(image);
    const { transferSyntaxUID } = instance;
    const size = `${(bytes / MEGABYTE).toFixed(1)} MB in ${Math.max(0.01, milliseconds / 1000).toFixed(2)} s`;
    const says = `${size}, transfer syntax ${transferSyntaxUID}`;
    try {
      await decodePixels(instance);
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      return warning(
        `${says}, and its pixels cannot be read here (${error.code})`,
        'Mamori asks for such images as Explicit VR Little Endian; check that the PACS can decode them.',
      );
    }
    const recognition = recogniseMammogram(instance);
    if (recognition.kind === 'left-out')
      return ok(`${says}; this one would be left out: ${recognition.leftOut.reason}`);
    // Where one machine writes it wrong it does so always, and nothing of it would ever get an answer.
    const contradiction = contradictoryIntent(instance.dataset);
    if (contradiction !== undefined)
      return warning(
        `${says}; this one would get no answer: ${contradiction.reason}`,
        'Have the maker of the machine, or whoever changes its images on their way, write Presentation Intent Type ' +
          'as the SOP class says.',
      );
    return ok(says);
  },
};
