import { expect } from 'chai';
import fc from 'fast-check';
import { type AttributePatterns, StudyJudge } from '../../src/poller/index.js';

const VALUES: Record<string, string[]> = {
  StudyDescription: ['MAMMO L/R (SCREENING)'],
  InstitutionName: ['Mammographie Süd'],
  StationName: ['MG1', 'MG2'],
};
const setting = (include: AttributePatterns, exclude: AttributePatterns = {}) =>
  new StudyJudge({ include, exclude }).judge((keyword) => VALUES[keyword] ?? [])?.setting;

describe('poll.include and poll.exclude', () => {
  it('take every study where nothing is set', () => {
    expect(setting({})).to.equal(undefined);
  });

  it('hold a pattern against the whole value, whatever its case', () => {
    expect(setting({ InstitutionName: ['mammo*'] })).to.equal(undefined);
    expect(setting({ InstitutionName: ['*SÜD'] })).to.equal(undefined);
    expect(setting({ InstitutionName: ['Mammo'] })).to.equal('poll.include.InstitutionName');
    expect(setting({ StationName: ['MG?'] })).to.equal(undefined);
    expect(setting({ StationName: ['MG??'] })).to.equal('poll.include.StationName');
  });

  it('give no other character a meaning: brackets and slashes stand in many descriptions', () => {
    expect(setting({ StudyDescription: ['*(SCREENING)'] })).to.equal(undefined);
    expect(setting({ StudyDescription: ['MAMMO*'] })).to.equal(undefined);
    expect(setting({}, { StudyDescription: ['*[SCREENING]*', 'MAMMO {L,R}*', '!*', '+(MAMMO)*'] })).to.equal(
      undefined,
    );
  });

  it('mean what a regular expression would, by letters', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'B', 'é', '乳', '𝒳', '\n'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', 'É', '乳', '𝒳', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(letters, pattern, (text, wanted) => {
        const source = wanted.replaceAll('?', '.').replaceAll('*', '.*');
        const fits = new RegExp(`^${source}$`, 'isu').test(text);
        const judge = new StudyJudge({ exclude: { StudyDescription: [wanted] } });
        expect(judge.judge(() => [text]) !== undefined, `${text} by ${wanted}`).to.equal(fits);
      }),
      { numRuns: 2000 },
    );
  });

  it('are held against whatever a PACS sends without keeping the service from its work', () => {
    const judge = new StudyJudge({ exclude: { StudyDescription: [`${'*a'.repeat(30)}*b`] } });
    const start = process.cpuUsage();
    expect(judge.judge(() => ['a'.repeat(64), 'a'.repeat(10_000)])).to.equal(undefined);
    // Seconds of the processor, not of the clock; the years that a regular expression takes are more.
    expect(process.cpuUsage(start).user / 1e6).to.be.below(10);
  });

  it('want every keyword of include, with any of its patterns, in any of its values', () => {
    expect(setting({ StationName: ['X', 'MG2'], InstitutionName: ['*'] })).to.equal(undefined);
    expect(setting({ StationName: ['MG2'], InstitutionName: ['X'] })).to.equal(
      'poll.include.InstitutionName',
    );
  });

  it('pass over what any keyword of exclude fits, and name setting and pattern but no value', () => {
    expect(setting({ StationName: ['MG1'] }, { StationName: ['*2'] })).to.equal('poll.exclude.StationName');
    const judge = new StudyJudge({ exclude: { StudyDescription: ['NO', '*screen*'] } });
    const passedOver = judge.judge((keyword) => VALUES[keyword] ?? []);
    expect(passedOver).to.deep.equal({ setting: 'poll.exclude.StudyDescription', pattern: '*screen*' });
  });

  it('pass over what has no value where include wants one, and not where exclude names it', () => {
    expect(setting({ StationAETitle: ['*'] })).to.equal('poll.include.StationAETitle');
    expect(setting({}, { StationAETitle: ['*'] })).to.equal(undefined);
  });
});
