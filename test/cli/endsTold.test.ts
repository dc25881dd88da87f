import { expect } from 'chai';
import { type ToldExam, tellExams } from '../../src/cli/examReports.js';
import { sayEnd } from '../../src/cli/oldExams.js';
import type { StudyInstanceUID } from '../../src/dicom/index.js';
import { EndCounts } from '../../src/service/index.js';

function linesOf(tell: () => void): string[] {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => lines.push(...text.split('\n'));
  try {
    tell();
  } finally {
    console.log = log;
  }
  return lines;
}

/** What an earlier try made, and this one delivered. */
const MADE_BEFORE: ToldExam = {
  studyInstanceUID: '2.25.1' as StudyInstanceUID,
  end: 'delivered',
  reason: undefined,
  retryAt: undefined,
  outcome: undefined,
  shortAnswer: undefined,
  objects: [],
  delivered: 6,
  kept: true,
  times: { analysed: 0, kept: 0, delivered: 0, fetching: 0, storing: 0 },
  retrievedBytes: 0,
};

describe('What is told of exams that ended', () => {
  it('does not count results that an earlier try made as none', () => {
    const told = linesOf(() => tellExams([MADE_BEFORE], { json: false, operatingPoint: 0.5 }));
    expect(told[1]).to.match(/^2\.25\.1 +delivered +6 +results of an earlier try$/);
  });

  it('says why more were worked on than the search by dates found', () => {
    const told = (studies: number) =>
      linesOf(() =>
        tellExams([MADE_BEFORE], { json: false, operatingPoint: 0.5, studies, lookbackDays: 3 }),
      )[0];
    expect(told(0)).to.match(
      /^0 mammography studies .*, 1 worked on; those beyond them have no study date, or/,
    );
    expect(told(1)).to.match(/, 1 worked on\.$/);
  });

  it('says of old exams that others ended beside them', () => {
    const ends = new EndCounts(['delivered', 'delivered']);
    const told = (taken: number) => {
      const progress = { opensAt: undefined, troubled: [], taken };
      return linesOf(() => sayEnd({ source: { isOver: true, progress } as never, ends, whole: true }, false));
    };
    expect(told(2)).to.deep.equal(['Ended: 2 delivered.']);
    expect(told(1)).to.deep.equal(['Ended: 2 delivered; among them new exams, or others that waited.']);
  });
});
