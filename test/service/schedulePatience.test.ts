import { expect } from 'chai';
import { isStuck } from '../../src/admin/health.js';
import { schedulePatience } from '../../src/service/schedulePatience.js';
import { quietState } from '../admin/quietState.js';

describe('How long a service may be silent', () => {
  /** A Thursday, local time. */
  const at = (hour: number, minute = 0) => new Date(2026, 2, 5, hour, minute, 10);

  it('is three beats of its schedule, and two minutes at least', () => {
    expect(schedulePatience('*/30 * * * * *', at(12))).to.equal(120);
    expect(schedulePatience('0 */5 * * * *', at(12))).to.equal(15 * 60 + 10);
    expect(schedulePatience('0 */5 * * * *', at(12, 4))).to.equal(19 * 60 + 10);
    expect(schedulePatience('0 0 * * * *', at(12, 30))).to.equal(3.5 * 3600 + 10);
  });

  it('is longer while the schedule rests, at night or over a weekend: nobody starts it again for that', () => {
    const byDay = '0 */5 7-18 * * 1-5';
    const lastSign = new Date(2026, 2, 4, 18, 55, 20);
    const service = { ...quietState().service, lastSign, staleAfterSeconds: schedulePatience(byDay, at(3)) };
    expect(isStuck({ ...quietState(), now: at(3), service })).to.equal(false);
    expect(at(3).getTime() - lastSign.getTime()).to.be.below(service.staleAfterSeconds * 1000);
    // Once it has begun again, silence counts as on any day.
    expect(schedulePatience(byDay, at(7, 30))).to.equal(15 * 60 + 10);
    // In winter, when no clock is changed anywhere over the weekend.
    const monday = new Date(2026, 0, 12, 6, 0);
    expect(schedulePatience(byDay, monday)).to.be.within(59 * 3600, 60 * 3600);
  });

  it('is never told from days that the schedule names in words', () => {
    expect(schedulePatience('0 0 3 L * *', at(12))).to.be.above(7 * 86_400);
  });
});
