import { expect } from 'chai';
import { viewsInStudy } from '../../src/findings/index.js';
import { outcomeToKeep } from '../../src/poller/outcomeToKeep.js';
import { findingsOf, imageFinding, source, undecodable } from '../sr/reportInputs.js';

describe('What the ledger is told of an outcome', () => {
  const outcome = (
    status: 'analysed' | 'partly-analysed',
    shown: ReturnType<typeof source>[],
    leftOut = [],
  ) => {
    const findings = findingsOf(shown.map((of) => imageFinding(of, 0.1)));
    return { status, findings, leftOut, views: viewsInStudy(shown, leftOut) } as never;
  };
  const [rcc, rmlo, lcc, lmlo] = [
    source('R', 'CC'),
    source('R', 'MLO'),
    source('L', 'CC'),
    source('L', 'MLO'),
  ];

  it('is nothing more of four views', () => {
    const { restsOn, images, ...said } = outcomeToKeep(outcome('analysed', [rcc, rmlo, lcc, lmlo]));
    expect(said).to.deep.equal({ kind: 'processed', lacks: [] });
    expect(restsOn).to.have.lengthOf(4);
    expect(images?.map(({ view, answered }) => [view, answered]).sort()).to.deep.equal([
      ['LCC', true],
      ['LMLO', true],
      ['RCC', true],
      ['RMLO', true],
    ]);
  });

  it('is the view that is not in the study, of an exam that is whole without it', () => {
    expect(outcomeToKeep(outcome('analysed', [rcc, lcc, lmlo]))).to.include({
      kind: 'processed',
      code: 'views-not-in-study',
      reason: 'R MLO not in the study.',
    });
  });

  it('is both of an exam that lacks a view and could not read another', () => {
    const kept = outcomeToKeep(outcome('partly-analysed', [lcc, lmlo], [undecodable(rcc)] as never));
    expect(kept).to.include({ kind: 'partial', code: 'images-missing' });
    expect(kept.images?.find(({ answered }) => !answered))
      .to.include({ view: 'RCC' })
      .and.have.property('reason');
    expect(kept.lacks).to.deep.equal([rcc.sopInstanceUID]);
    expect(kept.reason).to.match(/lacks .* R MLO not in the study\.$/);
  });

  it('has a code of its own where the model refuses all that it lacks: trying again would end alike', () => {
    const refused = (source: typeof rcc) => ({ ...undecodable(source), code: 'unlike-training' });
    const kept = (...left: unknown[]) => outcomeToKeep(outcome('partly-analysed', [lcc], left as never));
    expect(kept(refused(rcc), refused(lmlo))).to.include({ kind: 'partial', code: 'images-refused' });
    expect(kept(refused(rcc), undecodable(lmlo))).to.include({ kind: 'partial', code: 'images-missing' });
  });

  it('takes an earlier answer back where it is no longer certain whose images it rests on, and only there', () => {
    const declined = (code: string) =>
      outcomeToKeep({ status: 'not-processed', code, reason: 'It is so.', leftOut: [] } as never);
    expect(declined('contradictory-patient')).to.include({ kind: 'not-processed', takesBack: true });
    for (const code of ['no-mammogram', 'images-unreadable', 'process-ended'])
      expect(declined(code), code).to.include({ kind: 'not-processed', takesBack: false, code });
  });
});
