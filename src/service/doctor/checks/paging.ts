import type { PacsProbe } from '../../../dicomweb/index.js';
import { type Check, ok, skipped, warning } from '../types.js';

/** Can a long list be read page by page? */
export const paging: Check = {
  name: 'paging',
  needs: ['search'],
  run: async (visit) => {
    const { studies } = await visit.recent();
    const dates = studies.flatMap(({ studyDate }) => studyDate ?? []);
    if (studies.length < 2 || dates.length < 2) return skipped('takes two studies in the list');
    const probe = await visit.probe();
    const range = `${dates.at(-1)}-${dates[0]}`;
    const plain = await secondPage(probe, { StudyDate: range });
    if (plain !== 'other')
      return warning(
        plain === 'same'
          ? 'The PACS does not heed the offset of a search: every page is the first'
          : 'The PACS gives the first page of a search and none after it',
        'Days with more exams than one answer holds would be listed only in part: raise the limit on query results.',
      );
    const within = await secondPage(probe, { StudyDate: range, ModalitiesInStudy: 'MG' });
    if (within === 'other') return ok('pages follow each other');
    return ok('broken where a modality is asked for; Mamori asks for fewer days at a time instead');
  },
};

/** What comes after the first study: another one, the same, or nothing although there is more. */
async function secondPage(
  probe: PacsProbe,
  keys: Record<string, string>,
): Promise<'other' | 'same' | 'nothing'> {
  const [first, second] = await Promise.all(
    ['0', '1'].map((offset) => probe.searchStudies({ ...keys, limit: '1', offset })),
  );
  const uidOf = (page: typeof first) => page!.records[0]?.string('StudyInstanceUID');
  if (uidOf(second) === undefined) return 'nothing';
  return uidOf(first) === uidOf(second) ? 'same' : 'other';
}
