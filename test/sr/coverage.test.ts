import { expect } from 'chai';
import {
  ALL_SUCCEEDED_WITH_FINDINGS,
  ALL_SUCCEEDED_WITHOUT_FINDINGS,
  FAILED,
  NOT_ATTEMPTED,
} from '../../src/dicom/index.js';
import type { ExamFindings } from '../../src/findings/index.js';
import { processingSummary, resultStatus } from '../../src/sr/coverage.js';
import { findingsOf, imageFinding, source, TOMOSYNTHESIS, undecodable } from './reportInputs.js';

type Input = Parameters<typeof processingSummary>[0];

const cc = source('L', 'CC');
const input = (changed: object) =>
  ({ analysed: [], leftOut: [], findings: undefined, ...changed }) as unknown as Input;

describe('What the status codes of a report say', () => {
  it('an exam without an answer failed where it was tried, and was not attempted where it was not', () => {
    // The network answered nothing about images that had been read.
    expect(resultStatus(input({ analysed: [cc] }))).to.equal(FAILED);
    expect(resultStatus(input({ leftOut: [undecodable(cc)] }))).to.equal(FAILED);
    expect(resultStatus(input({ leftOut: [TOMOSYNTHESIS] }))).to.equal(NOT_ATTEMPTED);
  });

  it('there are findings where the exam, a breast or an image alone is positive', () => {
    const none = findingsOf([imageFinding(cc, 0.1)]);
    const [breast] = none.breasts;
    const said = (exam: boolean, ofBreast: boolean, ofImage: boolean): ExamFindings => ({
      ...none,
      positive: exam,
      breasts: [{ ...breast!, positive: ofBreast, images: [{ ...breast!.images[0]!, positive: ofImage }] }],
    });
    const summary = (findings: ExamFindings) => processingSummary(input({ analysed: [cc], findings }));
    expect(summary(said(false, false, false))).to.equal(ALL_SUCCEEDED_WITHOUT_FINDINGS);
    expect(summary(said(true, false, false))).to.equal(ALL_SUCCEEDED_WITH_FINDINGS);
    expect(summary(said(false, true, false))).to.equal(ALL_SUCCEEDED_WITH_FINDINGS);
    expect(summary(said(false, false, true))).to.equal(ALL_SUCCEEDED_WITH_FINDINGS);
  });
});
