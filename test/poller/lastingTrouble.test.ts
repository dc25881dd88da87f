import { expect } from 'chai';
import { LastingTrouble } from '../../src/poller/lastingTrouble.js';
import { type Logged, listeningLog } from './listeningLog.js';

const WORDS = { level: 'error', begins: 'begins', lasts: 'lasts', ends: 'ends' } as const;
const AWAY = { code: 'pacs-unreachable', reason: 'No route.' };
const at = (minutes: number) => new Date(1_700_000_000_000 + minutes * 60_000);

describe('Trouble that lasts', () => {
  let lines: Logged[];
  let trouble: LastingTrouble;
  beforeEach(() => {
    const { log, lines: heard } = listeningLog();
    lines = heard;
    trouble = new LastingTrouble(log, WORDS);
  });

  it('is said when it begins, then ever more seldom, and when it ends with its length', () => {
    const said: number[] = [];
    for (let minutes = 0; minutes <= 24 * 60; minutes += 0.5) {
      const before = lines.length;
      trouble.met(AWAY, at(minutes));
      if (lines.length > before) said.push(minutes);
    }
    expect(said.slice(0, 6)).to.deep.equal([0, 1, 5, 15, 60, 120]);
    expect(said).to.have.length(4 + 24);
    expect(lines[0]).to.deep.equal({ level: 'error', message: 'begins', ...AWAY });
    expect(lines[1]).to.deep.equal({ level: 'error', message: 'lasts', ...AWAY, since: at(0) });
    trouble.over(at(24 * 60));
    expect(lines.at(-1)).to.deep.equal({ level: 'info', message: 'ends', since: at(0), seconds: 86_400 });
    trouble.over(at(24 * 60));
    expect(lines.filter(({ message }) => message === 'ends')).to.have.length(1);
    trouble.met(AWAY, at(25 * 60));
    expect(lines.at(-1)).to.include({ message: 'begins' });
  });

  it('is said once where polls are far apart, and not once for each time that was missed', () => {
    trouble.met(AWAY, at(0));
    trouble.met(AWAY, at(50));
    trouble.met(AWAY, at(51));
    expect(lines.map(({ message }) => message)).to.deep.equal(['begins', 'lasts']);
  });

  it('is said at once when it becomes another', () => {
    trouble.met(AWAY, at(0));
    trouble.met({ code: 'pacs-unauthorised', reason: 'Who?' }, at(0.5));
    expect(lines.at(-1)).to.include({ message: 'lasts', code: 'pacs-unauthorised' });
    expect(lines.at(-1)!.since).to.deep.equal(at(0));
  });

  it('is told apart by study, and forgotten with the study', () => {
    trouble.met(AWAY, at(0), '2.25.1');
    trouble.met(AWAY, at(0.1), '2.25.2');
    expect(lines.map(({ study }) => study)).to.deep.equal(['2.25.1', '2.25.2']);
    trouble.forgetAllBut((study) => study === '2.25.2');
    expect([trouble.since('2.25.1'), trouble.since('2.25.2')]).to.deep.equal([undefined, at(0.1)]);
  });
});
