import { countText } from '../../../countText.js';
import { dicomDate, madeAt } from '../../../dicom/index.js';
import { type Check, ok, warning } from '../types.js';

const DAY_MS = 86_400_000;
const SLACK_MS = 900_000;

/** Are there studies that, by this machine's time zone, have not taken place yet? */
export const timeZone: Check = {
  name: 'time-zone',
  needs: ['search'],
  run: async (visit) => {
    const probe = await visit.probe();
    const now = Date.now();
    const range = `${dicomDate(new Date(now))}-${dicomDate(new Date(now + DAY_MS))}`;
    // Every server has to tell date and time unasked (PS3.18 Table 10.6.3-3), and some refuse to be asked for them.
    const { records } = await probe.searchStudies({ StudyDate: range, limit: '100' });
    const latest = madeAt(new Date(now + SLACK_MS), { patientAndStudy: [] });
    const limit = `${latest.date}${latest.time}`;
    const ahead = records.filter((study) => {
      const date = study.string('StudyDate') ?? '';
      const time = (study.string('StudyTime') ?? '').split('.', 1)[0]!;
      return date >= dicomDate(new Date(now)) && `${date}${time.padEnd(6, '0')}` > limit;
    });
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (ahead.length === 0) return ok(`${zone}, and no study is ahead of it`);
    return warning(
      `${countText(ahead.length, 'study', 'studies')} of the latest ahead of this machine, whose time zone is ${zone}`,
      'Set the time zone of the hospital for the service (timedatectl, or TZ in its environment).',
    );
  },
};
