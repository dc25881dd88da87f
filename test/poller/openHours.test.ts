import { expect } from 'chai';
import { OpenHours } from '../../src/poller/openHours.js';
import { Pace } from '../../src/poller/pace.js';

const NIGHT = { from: 19 * 60, to: 6 * 60 };

describe('Hours for old exams', () => {
  const before = process.env.TZ;
  beforeEach(() => {
    process.env.TZ = 'Europe/Berlin';
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  it('go on past midnight, begin with their first minute and end before their last', () => {
    const hours = new OpenHours([NIGHT]);
    const open = (time: string) => hours.isOpen(new Date(`2026-02-10T${time}:00`));
    expect(['18:59', '19:00', '23:59', '00:00', '05:59', '06:00', '12:00'].map(open)).to.deep.equal([
      false,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(hours.opensAt(new Date('2026-02-10T12:00:00'))).to.equal('19:00');
    expect(hours.opensAt(new Date('2026-02-10T02:00:00'))).to.equal(undefined);
    expect(`${hours}`).to.equal('19:00-06:00');
  });

  it('may be several, the next of which is named, or none: at any time', () => {
    const hours = new OpenHours([NIGHT, { from: 12 * 60, to: 13 * 60 + 30 }]);
    expect(hours.opensAt(new Date('2026-02-10T07:00:00'))).to.equal('12:00');
    expect(hours.opensAt(new Date('2026-02-10T13:30:00'))).to.equal('19:00');
    expect(new OpenHours([]).isOpen(new Date())).to.equal(true);
    expect(new OpenHours([{ from: 0, to: 24 * 60 }]).isOpen(new Date('2026-02-10T23:59:00'))).to.equal(true);
  });

  // In Berlin the clock goes from 2:00 to 3:00 on 2026-03-29, and from 3:00 back to 2:00 on 2026-10-25.
  for (const [night, hoursOpen] of [
    ['2026-03-28', 10],
    ['2026-10-24', 12],
    ['2026-11-10', 11],
  ] as const) {
    it(`go by the clock on the wall in the night of ${night}`, () => {
      const hours = new OpenHours([NIGHT]);
      const noon = new Date(`${night}T12:00:00`).getTime();
      const minutes = Array.from({ length: 1440 }, (_, i) => new Date(noon + i * 60_000)).filter((at) =>
        hours.isOpen(at),
      );
      expect(minutes[0]!.getHours()).to.equal(19);
      expect(minutes.at(-1)!.getHours()).to.equal(5);
      expect(minutes).to.have.length(60 * hoursOpen);
    });
  }

  it('let no rush follow the hours in which nothing may be taken up', () => {
    const clock = { ms: new Date('2026-02-10T18:00:00').getTime() };
    const pace = new Pace({
      perHour: 2,
      hours: [NIGHT],
      steady: () => clock.ms,
      now: () => new Date(clock.ms),
    });
    let taken = 0;
    const takenIn = (hours: number) => {
      const first = taken;
      for (let minute = 0; minute < 60 * hours; minute++) {
        while (pace.allows(taken)) taken++;
        clock.ms += 60_000;
      }
      return taken - first;
    };
    expect(takenIn(1), 'before').to.equal(0);
    expect(pace.opensAt).to.equal(undefined);
    expect(takenIn(11), 'the first night, with one at its beginning').to.be.within(22, 23);
    expect(pace.opensAt).to.equal('19:00');
    expect(takenIn(13), 'the day').to.equal(0);
    expect(takenIn(1), 'the next evening').to.be.within(1, 3);
    expect(pace.hoursFor(22)).to.be.closeTo(24, 0.01);
  });
});
