import { expect } from 'chai';
import { defaultSettings, type Settings } from '../../src/config/index.js';
import { openLog } from '../../src/service/logger.js';
import { timeText } from '../../src/timeText.js';

describe('log', () => {
  const SECRET = 'p"ä\\ss wörd';

  function log(change: Partial<Settings['log']> = {}, isTTY = false) {
    const settings = defaultSettings('http://pacs');
    settings.pacs.auth = { type: 'basic', username: 'mamori', password: SECRET };
    settings.pacs.proxy = { for: 'all', url: 'http://proxy', username: 'a', password: 'abc' };
    Object.assign(settings.log, change);
    const lines: string[] = [];
    return { lines, log: openLog(settings, { write: (text) => void lines.push(text), isTTY }) };
  }

  it('is a line of JSON for each event', () => {
    const { lines, log: it } = log();
    it.info({ study: '2.25.1', ms: 12 }, 'Exam closed');
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    expect(line).to.include({ level: 'info', study: '2.25.1', ms: 12, msg: 'Exam closed' });
    expect(line.time).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(lines[0]).to.match(/^[^\n]+\n$/);
  });

  it('is text on a terminal, and where it is asked for', () => {
    for (const { lines, log: it } of [log({}, true), log({ format: 'text' })]) {
      it.warn({ study: '2.25.1', reason: 'two words', gone: undefined }, 'Exam failed');
      expect(lines[0]).to.match(
        /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warn {2}Exam failed {2}study=2\.25\.1 reason="two words"\n$/,
      );
    }
    const { lines, log: it } = log({ format: 'json' }, true);
    it.info('x');
    const text = log({}, true);
    const before = new Date();
    text.log.info('x');
    expect([timeText(before), timeText(new Date())]).to.include(text.lines[0]?.slice(0, 19));
    expect(lines[0]).to.match(/^\{/);
  });

  it('holds what its level says', () => {
    const { lines, log: it } = log({ level: 'warn' });
    it.info('no');
    it.warn('yes');
    it.error('yes');
    expect(lines).to.have.lengthOf(2);
    const silent = log({ level: 'silent' });
    silent.log.fatal('no');
    expect(silent.lines).to.deep.equal([]);
  });

  it('never shows a secret, wherever it turns up', () => {
    for (const format of ['text', 'json'] as const) {
      const { lines, log: it } = log({ format });
      it.info(
        { url: `http://u:${encodeURIComponent(SECRET)}@pacs`, deep: { list: [SECRET] } },
        `got ${SECRET}`,
      );
      it.error({ err: new Error(`refused: ${SECRET}`) }, 'failed');
      it.info({ auth: { password: 'another', token: 'another' }, authorization: 'another' }, 'settings');
      const all = lines.join('');
      expect(lines).to.have.lengthOf(3);
      expect(all)
        .not.to.contain('wörd')
        .and.not.contain('another')
        .and.not.contain(encodeURIComponent('wörd'));
      expect(all).to.contain('***');
    }
  });

  it('stays readable when a secret is too short to be one', () => {
    const { lines, log: it } = log();
    it.info('abc is three letters');
    expect(lines[0]).to.contain('abc is three letters');
  });

  it('cannot be made to show lines that are none', () => {
    const { lines, log: it } = log({ format: 'text' });
    it.info({ reason: 'a\n2026-01-01 00:00:00 error forged' }, 'b\r\n2026-01-01 00:00:00 error forged');
    expect(lines[0]!.trimEnd()).not.to.contain('\n');
  });

  it('sends nothing to a terminal that steers it or turns text around', () => {
    const clearing = '\x1b[2J';
    const rest = ['\u009b31m', '\x7f', '\x00', '\u202e', '\u2066', '\u2028', '\u0085'];
    for (const format of ['text', 'json'] as const) {
      const { lines, log: it } = log({ format });
      for (const bad of [clearing, ...rest]) {
        it.info({ user: `a${bad}`, [`k${bad}`]: 'x', deep: { list: [bad] } }, `b${bad}`);
        it.error({ err: new Error(`c${bad}\n2026-01-01 00:00:00 error forged`) }, 'failed');
      }
      const all = lines.join('');
      expect(all, format).not.to.match(/[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/u);
      expect(all, format).not.to.match(/^2026-01-01/m);
      expect(all, format).to.contain('\\u001b[2J').and.contain('\\u202e');
      if (format === 'json') for (const line of lines) expect(() => JSON.parse(line), line).not.to.throw();
    }
  });

  it('shows an error with its stack', () => {
    const { lines, log: it } = log({ format: 'text' });
    it.error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).to.match(/error failed\nError: broken\n\s+at /);
  });
});
