import { expect } from 'chai';
import fc from 'fast-check';
import { defaultSettings } from '../../src/config/index.js';
import { guessableSecrets } from '../../src/service/blackener.js';
import { blackener } from '../../src/service/index.js';

/** The settings of a hospital whose account has this password. */
function settingsWith(password: string) {
  const settings = defaultSettings('https://pacs.stmary.example/dicom-web');
  settings.pacs.auth = { type: 'basic', username: 'reader', password };
  return settings;
}

const withPassword = (password: string) => blackener(settingsWith(password));

const LINES = [
  '{"level":"info","time":"2026-03-01T10:20:30.123Z","study":"2.25.3232865","end":"delivered","ms":1042,"objects":5}',
  '2026-03-01 10:20:30 warn  Tried again  code=pacs-busy reason="The PACS answered 503." retryAt=2026-03-01T10:21:30Z',
  '{"check":"ledger","state":"ok","says":"can be read"}',
  'The PACS at https://pacs.stmary.example/dicom-web cannot be reached (ECONNREFUSED).',
];

describe('A secret in a text', () => {
  it('leaves no gap where it is a word or a number that the text says anyhow', () => {
    for (const line of LINES) {
      const words = line.match(/[\p{L}\p{N}_./-]+/gu)!;
      fc.assert(
        fc.property(fc.nat(words.length - 1), fc.nat(3), (first, more) => {
          const password = words.slice(first, first + more + 1).join(' ');
          expect(withPassword(password)(line)).to.equal(line);
        }),
      );
    }
  });

  it('is blacked out each time that it stands there, also where another one begins with it', () => {
    const [short, long] = ['Kr4kau-Turm-99x7', 'Kr4kau-Turm-99x7-Zusatz5'];
    const settings = settingsWith(short!);
    settings.pacs.proxy = { url: 'http://proxy.example:3128', username: 'p', password: long!, for: 'all' };
    const blackOut = blackener(settings);
    expect(blackOut(`a ${short} b ${long} c ${short}`)).to.equal('a *** b *** c ***');
  });

  it('leaves no gap within longer words and numbers, where it stands by chance', () => {
    const line = LINES.join('\n');
    fc.assert(
      fc.property(fc.nat(line.length), fc.integer({ min: 4, max: 8 }), (start, length) => {
        const password = line.slice(start, start + length);
        fc.pre(/^\w+$/.test(password));
        expect(withPassword(password)(line)).to.equal(line);
      }),
    );
    for (const common of ['1234', 'admin', 'password', 'orthanc', 'mamori', '20260301', 'stmary', 'Stmary'])
      expect(withPassword(common)(`${line} ${common}`)).to.equal(`${line} ${common}`);
  });

  it('is blacked out wherever it stands, if nobody could guess it', () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 40 });
    const mixed = fc
      .string({ unit: 'grapheme-ascii', minLength: 14, maxLength: 30 })
      .map((text) => `${text}aK7+`)
      .filter((text) => !/\s/.test(text));
    fc.assert(
      fc.property(fc.oneof(hex, mixed), fc.constantFrom(...LINES), fc.nat(40), (secret, line, at) => {
        const texts = [secret, JSON.stringify(secret), encodeURIComponent(secret)];
        for (const text of texts) {
          const told = withPassword(secret)(line.slice(0, at) + text + line.slice(at));
          expect(told).not.to.contain(secret).and.not.contain(encodeURIComponent(secret));
          expect(told).to.contain('***');
        }
      }),
    );
  });

  it('is blacked out where it stands by itself, if it is short and none of our words', () => {
    for (const secret of ['hunter7', 'Sommer2019!', 'qwertz', 'zwölf', 'zwei zwölf'])
      for (const text of [
        `refused: ${secret}`,
        `{"reason":"${secret}"}`,
        `x=${encodeURIComponent(secret)}&y`,
      ])
        expect(withPassword(secret)(text), text).to.equal(
          text.replace(secret, '***').replace(encodeURIComponent(secret), '***'),
        );
  });

  it('is blacked out in an address, whatever it is', () => {
    expect(withPassword('delivered')('at postgres://mamori:delivered@db/m')).to.equal(
      'at postgres://mamori:***@db/m',
    );
  });

  it('is blacked out where nothing but a secret stands, even a word of ours or a number', () => {
    for (const secret of ['delivered', '20260301', 'admin', '12']) {
      const pair = Buffer.from(`reader:${secret}`).toString('base64');
      for (const text of [
        `{"authorization":"Basic ${pair}","accept":"application/json"}`,
        `Authorization: Bearer ${secret}`,
        `'proxy-authorization': 'Basic ${pair}'`,
        `Basic ${pair} was refused`,
        `host=db user=m password=${secret} dbname=m`,
        `POST /token grant_type=x&client_secret=${secret}&scope=y`,
        `{"user":"reader","password":"${secret}"}`,
        JSON.stringify({ reason: `{"password":"${secret}"}, access_token=${secret}` }),
      ]) {
        const told = withPassword(secret)(text);
        expect(told, text).to.contain('***').and.not.contain(secret).and.not.contain(pair);
        if (text.startsWith('{')) expect(() => JSON.parse(told), told).not.to.throw();
      }
    }
    const plain = 'The PACS asks for Basic authentication; the password of pacs.auth is wrong.';
    expect(withPassword('delivered')(plain)).to.equal(plain);
  });

  it('that cannot be kept out of a log is named by its setting, and no other is', () => {
    for (const secret of ['delivered', '20260301', 'abc', 'admin', 'the PACS', 'reader'])
      expect(guessableSecrets(settingsWith(secret)), secret).to.deep.equal(['pacs.auth.password']);
    for (const secret of ['hunter7', 'Sommer2019!', 'q8Rk0-mv2LxW7dTz', '493827160594837261'])
      expect(guessableSecrets(settingsWith(secret)), secret).to.deep.equal([]);
  });
});
