import { type Answered, PacsError, type PacsProbe } from '../../../dicomweb/index.js';
import { type Check, ok, warning } from '../types.js';

/** Long before the first digital mammogram. */
const LONG_AGO = '19010101';

/** Does the PACS heed the keys of a search? Mamori looks again at what comes back, so it is a matter of load. */
export const searchFilters: Check = {
  name: 'filters',
  needs: ['search'],
  run: async (visit) => {
    const probe = await visit.probe();
    const ignored: string[] = [];
    const byDate = await asked(probe, { StudyDate: LONG_AGO, limit: '5' });
    if (byDate?.records.some((study) => (study.string('StudyDate') ?? '') !== LONG_AGO))
      ignored.push('StudyDate');
    const byModality = await asked(probe, { ModalitiesInStudy: 'ZZ', limit: '5' });
    if (byModality !== undefined && byModality.records.length > 0) ignored.push('ModalitiesInStudy');
    if (ignored.length > 0)
      return warning(
        `The PACS does not heed ${ignored.join(' and ')} in a search; Mamori sorts out what comes back`,
        'Each look takes the PACS longer than it must: have the vendor mend it, or poll less often (poll.schedule).',
      );
    const refused = [
      byDate === undefined ? 'StudyDate' : [],
      byModality === undefined ? 'ModalitiesInStudy' : [],
    ];
    const without = refused.flat();
    return ok(
      without.length === 0
        ? 'date and modality are heeded'
        : `${without.join(' and ')} alone is refused; Mamori asks in another way`,
    );
  },
};

/** Undefined where the PACS refuses the question. */
async function asked(probe: PacsProbe, keys: Record<string, string>): Promise<Answered | undefined> {
  try {
    return await probe.searchStudies(keys);
  } catch (error) {
    if (error instanceof PacsError && error.status === 400) return undefined;
    throw error;
  }
}
