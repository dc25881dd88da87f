import { type Check, failure, ok, skipped } from '../types.js';

/** Are UIDs the same in lists and in files, letter by letter? Some vendors' have letters. */
export const uidLetters: Check = {
  name: 'uids',
  needs: ['retrieve'],
  run: async (visit) => {
    const image = (await visit.sample())?.image;
    if (image === undefined) return skipped('takes an image');
    const { dataset } = (await visit.file(image)).instance;
    const pairs = (['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID'] as const).map(
      (keyword) => [keyword, uidOf(image, keyword), dataset.string(keyword) ?? ''] as const,
    );
    const other = pairs.find(([, listed, held]) => listed !== held);
    if (other === undefined) return ok('the same in the list and in the file');
    const [keyword, listed, held] = other;
    if (listed.toLowerCase() === held.toLowerCase())
      return failure(
        `The PACS changes upper and lower case in ${keyword}`,
        'Results could not be found again after they are stored: have the vendor mend it.',
      );
    return failure(
      `The file has another ${keyword} than the PACS lists`,
      'The PACS gives another object than it is asked for: have the vendor mend it before going live.',
    );
  },
};

function uidOf(
  image: { studyInstanceUID: string; seriesInstanceUID: string; sopInstanceUID: string },
  keyword: 'StudyInstanceUID' | 'SeriesInstanceUID' | 'SOPInstanceUID',
): string {
  if (keyword === 'StudyInstanceUID') return image.studyInstanceUID;
  return keyword === 'SeriesInstanceUID' ? image.seriesInstanceUID : image.sopInstanceUID;
}
