import { countText } from '../../../countText.js';
import { StudyJudge, studyValues } from '../../../poller/index.js';
import { type Check, ok, skipped, warning } from '../types.js';

/** Each one is asked for by itself. */
const MOST_STUDIES = 50;

/** What would be looked at of the latest studies, and what do poll.include and poll.exclude pass over? */
export const examsTaken: Check = {
  name: 'exams',
  needs: ['search'],
  run: async (visit) => {
    const { lookbackDays, studies } = await visit.recent();
    const latest = studies.slice(0, MOST_STUDIES);
    if (latest.length === 0) return skipped('takes studies with mammograms');
    const judge = new StudyJudge(visit.settings.poll);
    const { keywords } = judge;
    if (keywords.length === 0) return ok('all are taken: poll.include and poll.exclude are not set');
    const pacs = await visit.pacs();
    const counts = new Map<string, number>();
    const valued = new Set<string>();
    for (const { studyInstanceUID } of latest) {
      const values = await studyValues(studyInstanceUID, keywords, pacs);
      for (const keyword of values.keys()) valued.add(keyword);
      const setting = judge.judge((keyword) => values.get(keyword) ?? [])?.setting ?? 'taken';
      counts.set(setting, (counts.get(setting) ?? 0) + 1);
    }
    const taken = counts.get('taken') ?? 0;
    const told = [...counts]
      .filter(([name]) => name !== 'taken')
      .map(([name, count]) => `${count} by ${name}`);
    const over = told.length === 0 ? '' : `, passed over ${told.join(', ')}`;
    const looked = `the latest ${countText(latest.length, 'study', 'studies')} (${countText(lookbackDays, 'day')})`;
    const says = `of ${looked} ${taken} taken${over}`;
    const silent = keywords.filter((keyword) => !valued.has(keyword));
    if (taken === 0)
      return warning(
        says,
        silent.length === 0
          ? 'Mamori would do nothing: look through poll.include and poll.exclude.'
          : `No study has a value of ${silent.join(', ')}: choose another keyword in poll.include.`,
      );
    if (silent.length > 0)
      return warning(
        `${says}; none has a value of ${silent.join(', ')}`,
        'A rule about what is never there does nothing: choose another keyword.',
      );
    return ok(says);
  },
};
