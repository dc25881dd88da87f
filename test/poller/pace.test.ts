import { expect } from 'chai';
import { Pace } from '../../src/poller/pace.js';

const HOUR_MS = 3_600_000;

describe('The pace of old exams', () => {
  /** Takes whatever it may, asked so often. Answers the hours at which. */
  function takenAt(perHour: number, asked: readonly number[]): number[] {
    const clock = { hours: 0 };
    const pace = new Pace({ perHour, steady: () => clock.hours * HOUR_MS });
    const at: number[] = [];
    for (const hours of asked) {
      clock.hours = hours;
      while (pace.allows(at.length)) at.push(hours);
    }
    return at;
  }

  it('is as many in an hour as it is told to, one after the other', () => {
    const minutes = Array.from({ length: 181 }, (_, minute) => minute / 60);
    const at = takenAt(4, minutes);
    expect(at).to.have.lengthOf(13);
    expect(at.slice(0, 4)).to.deep.equal([0, 0.25, 0.5, 0.75]);
  });

  it('is no more in any hour after an outage, or after hours in which new exams came first', () => {
    const later = Array.from({ length: 121 }, (_, minute) => 5 + minute / 60);
    const at = takenAt(4, [0, ...later]);
    for (const from of at) expect(at.filter((one) => one >= from && one < from + 1).length).to.be.at.most(4);
    expect(at.filter((one) => one === 5)).to.have.lengthOf(4);
  });

  it('follows closed hours with no rush, though nobody asked while they lasted', () => {
    const clock = { hours: 19 };
    const at = (hours: number) => new Date(2026, 2, 2, hours);
    const pace = new Pace({
      perHour: 4,
      hours: [{ from: 20 * 60, to: 6 * 60 }],
      steady: () => clock.hours * HOUR_MS,
      now: () => at(clock.hours),
    });
    expect(pace.allows(0)).to.equal(false);
    clock.hours = 21;
    let taken = 0;
    while (pace.allows(taken)) taken++;
    expect(taken).to.equal(1);
  });
});
