import { expect } from 'chai';
import type { ExamRecord } from '../../src/ledger/index.js';
import { recentExams } from '../../src/service/recentExams.js';

const NOW = new Date('2026-03-02T10:00:00Z');
const exam = (state: ExamRecord['state'], hoursAgo: number | undefined, code?: string): ExamRecord =>
  ({
    state,
    code,
    reason: code && `${code}.`,
    closedAt: hoursAgo === undefined ? undefined : new Date(NOW.getTime() - hoursAgo * 3_600_000),
  }) as ExamRecord;

describe('How the latest exams ended', () => {
  it('counts what failed and is to be tried again, and what was closed without an answer', () => {
    const exams = [
      exam('failed', undefined, 'engine-failed'),
      exam('not-processed', 1, 'images-unreadable'),
      exam('not-processed', 2, 'images-unreadable'),
      exam('delivered', 3),
      exam('partial', 3),
      exam('waiting', undefined),
    ];
    expect(recentExams(exams, NOW)).to.deep.equal({
      ended: 5,
      failed: 3,
      partial: 1,
      mostly: 'images-unreadable.',
    });
  });

  it('counts neither what is long past nor studies that held nothing to analyse', () => {
    const exams = [exam('not-processed', 25, 'engine-failed'), exam('not-processed', 1, 'no-standard-view')];
    expect(recentExams(exams, NOW)).to.deep.equal({ ended: 0, failed: 0, partial: 0, mostly: undefined });
  });
});
