import { countText } from '../../../countText.js';
import {
  isServed,
  LedgerError,
  type LedgerReader,
  openLedgerToRead,
  type ServedModel,
} from '../../../ledger/index.js';
import { loadBundle } from '../../../model/index.js';
import { isUndated, NO_DATE, StudyJudge, WHOLE_LOOK_PAGES } from '../../../poller/index.js';
import { servedModelOf } from '../../service.js';
import { type Check, ok, skipped, warning } from '../types.js';
import type { Visit } from '../visit.js';

/**
 * How many exams that are closed would the service answer once more? It takes what it finds within the days that it
 * looks at, unless that was closed by this very model with these settings.
 */
export const closedExams: Check = {
  name: 'closed',
  needs: ['model', 'ledger', 'search'],
  run: async (visit) => {
    const { settings } = visit;
    const ledger = await openLedgerToRead(settings.ledger).catch((error: unknown) => {
      if (error instanceof LedgerError && error.code === 'ledger-older') return 'older' as const;
      throw error;
    });
    if (ledger === 'older') return skipped('takes a ledger of this version, as the next run makes it');
    if (ledger === undefined) return ok('none: there is no ledger yet');
    try {
      const served = servedModelOf(await loadBundle(settings.model.bundle), settings);
      const exams = await againIn(visit, ledger, served);
      const days = `the last ${countText(settings.poll.lookbackDays, 'day')}`;
      if (exams === 0)
        return ok(`none of ${days} is answered once more: this model and these settings closed them`);
      const rules =
        new StudyJudge(settings.poll).keywords.length === 0
          ? ''
          : ', as far as poll.include and poll.exclude take them';
      const [are, they] = exams === 1 ? ['is', 'it is'] : ['are', 'they are'];
      return warning(
        `${countText(exams, 'exam')} of ${days}, or without a date, ${are} closed with another model or other ` +
          `settings: ${they} answered once more${rules}`,
        'This is what another model, or other settings under explain, do; results are written beside the earlier ones.',
        'To spare the PACS that, start with fewer poll.lookbackDays. Older exams are left until mamori reprocess.',
      );
    } finally {
      await ledger.disconnect();
    }
  },
};

async function againIn(visit: Visit, ledger: LedgerReader, served: ServedModel): Promise<number> {
  const { settings } = visit;
  const { lookbackDays, studies } = await visit.recent();
  // Where these days hold nothing, the visit has looked further back than the service does.
  const dated = lookbackDays > settings.poll.lookbackDays ? [] : studies;
  const again = new Set<string>();
  for (const { studyInstanceUID } of dated)
    if (await isOthersAlone(studyInstanceUID, ledger, served)) again.add(studyInstanceUID);
  const known = new Set((await ledger.list({ dates: NO_DATE })).map((exam) => exam.studyInstanceUID));
  let pages = 0;
  if (known.size > 0)
    for await (const page of (await visit.pacs()).allStudies('MG')) {
      for (const { studyInstanceUID } of page.filter(isUndated))
        if (known.has(studyInstanceUID) && (await isOthersAlone(studyInstanceUID, ledger, served)))
          again.add(studyInstanceUID);
      if (++pages === WHOLE_LOOK_PAGES) break;
    }
  return again.size;
}

/** Closed by another model or with other settings, and never met by these. */
async function isOthersAlone(
  studyInstanceUID: string,
  ledger: LedgerReader,
  served: ServedModel,
): Promise<boolean> {
  const records = await ledger.list({ studyInstanceUID });
  return (
    records.some(({ closedAt }) => closedAt !== undefined) &&
    !records.some((record) => isServed(record, served))
  );
}
