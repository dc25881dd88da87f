// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is what settings files hold
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import {
  defaultSettings,
  installationFolder,
  loadSettings,
  type Settings,
  SettingsError,
  secretsByKey,
  settingsJsonSchema,
} from '../../src/config/index.js';
import { MamoriError } from '../../src/errors.js';

const secretsIn = (settings: Settings) => secretsByKey(settings).map(({ value }) => value);

describe('settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mamori-settings-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const load = (text: string, env: NodeJS.ProcessEnv = {}): Settings => {
    const file = join(folder, 'mamori.yaml');
    writeFileSync(file, text);
    return loadSettings(file, env);
  };
  const failure = (text: string, env: NodeJS.ProcessEnv = {}): SettingsError => {
    try {
      load(text, env);
    } catch (error) {
      expect(error).instanceOf(SettingsError);
      return error as SettingsError;
    }
    throw new Error('the settings were taken');
  };
  /** `line key message`, as far as a test cares. */
  const problems = (text: string, env: NodeJS.ProcessEnv = {}): string[] =>
    failure(text, env).problems.map(({ line, key, message }) => `${line} ${key} ${message}`);

  const PACS = 'pacs: { url: "https://pacs.example/dicom-web" }\n';

  it('need nothing but the address of the PACS', () => {
    const settings = load(PACS);
    expect(settings.poll).to.include({ schedule: '*/30 * * * * *', lookbackDays: 3, settleSeconds: 120 });
    expect(settings.poll.views).to.deep.equal(['LCC', 'RCC', 'LMLO', 'RMLO']);
    expect(settings.pacs.auth).to.deep.equal({ type: 'none' });
    expect(settings.outputs.secondaryCapture).to.deep.equal({ longEdge: 1760 });
    expect(settings.admin.listen).to.deep.equal({ host: '127.0.0.1', port: 8040 });
    expect(settings.workers).to.equal(1);
  });

  it('say when old exams may be taken up', () => {
    const minutes = (text: string) => load(`${PACS}backfill: { hours: ${text} }`).backfill.hours;
    expect(minutes('"19:00-06:00"')).to.deep.equal([{ from: 1140, to: 360 }]);
    expect(minutes('"12:30-13:15, 20:00-24:00"')).to.deep.equal([
      { from: 750, to: 795 },
      { from: 1200, to: 1440 },
    ]);
    expect(load(PACS).backfill.hours).to.deep.equal([]);
    for (const wrong of ['"19-6"', '"19:00"', '"25:00-06:00"', '"19:00-6:00"', '19'])
      expect(problems(`${PACS}backfill: { hours: ${wrong} }`)[0], wrong).to.match(/^2 backfill\.hours/);
    expect(problems(`${PACS}backfill: { hours: "06:00-06:00" }`)).to.deep.equal([
      '2 backfill.hours has a stretch that begins and ends at the same time',
    ]);
  });

  it('have one PACS root for everything, or one for each service', () => {
    expect(load('pacs: { url: "http://pacs/dicom-web/" }').pacs).to.include({
      qidoUrl: 'http://pacs/dicom-web',
      wadoUrl: 'http://pacs/dicom-web',
      stowUrl: 'http://pacs/dicom-web',
    });
    const apart = load('pacs: { qidoUrl: "http://q", wadoUrl: "http://w", stowUrl: "http://s/" }').pacs;
    expect(apart).to.include({ qidoUrl: 'http://q', wadoUrl: 'http://w', stowUrl: 'http://s' });
    expect(problems('pacs: { qidoUrl: "http://q", wadoUrl: "http://w" }')).to.deep.equal([
      '1 pacs.stowUrl is missing, and there is no pacs.url',
    ]);
  });

  it('say that the PACS is missing, even in an empty file', () => {
    for (const text of ['', '# nothing\n', 'pacs:\n', 'pacs: {}\n', '---\n']) {
      expect(problems(text), JSON.stringify(text)).to.deep.equal([
        '1 pacs.url is missing: the DICOMweb root of the PACS',
      ]);
    }
  });

  it('take the defaults for a key under which all is commented out', () => {
    expect(load(`${PACS}poll:\n  # lookbackDays: 9\nadmin:\n`).poll.lookbackDays).to.equal(3);
  });

  describe('from the environment', () => {
    it('fill ${NAME} in, unquoted inside braces too', () => {
      const text =
        'pacs: { url: "https://${HOST}/${ROOT}", auth: { type: basic, username: mamori, password: ${PW} } }';
      const { pacs } = load(text, { HOST: 'pacs.example', ROOT: 'dicom-web', PW: 'x' });
      expect(pacs.url).to.equal('https://pacs.example/dicom-web');
      expect(pacs.auth).to.deep.equal({ type: 'basic', username: 'mamori', password: 'x' });
    });

    it('keep any value as it is, whatever YAML would make of it', () => {
      const text =
        'pacs:\n  url: http://p\n  auth:\n    type: basic\n    username: ${U}\n    password: ${PW}\n';
      fc.assert(
        fc.property(fc.string({ minLength: 1, unit: 'binary' }), (password) => {
          const { auth } = load(text, { U: 'u', PW: password }).pacs;
          expect(auth).to.deep.equal({ type: 'basic', username: 'u', password });
        }),
        { numRuns: 50, examples: [['12345'], ['a: b # c'], ['${U}'], ['$${U}'], ['"'], ['null'], ['&a *a']] },
      );
    });

    it('read numbers and switches where the key wants them', () => {
      const text = `${PACS}workers: \${W}\npoll: { settleSeconds: "\${S}" }\noutputs: { notProcessed: \${N} }\n`;
      const settings = load(text, { W: '3', S: '0.5', N: 'false' });
      expect(settings.workers).to.equal(3);
      expect(settings.poll.settleSeconds).to.equal(0.5);
      expect(settings.outputs.notProcessed).to.equal(false);
      expect(problems(`${PACS}workers: \${W}\n`, { W: 'many' })).to.deep.equal([
        '2 workers must be a number, not a text',
      ]);
      expect(problems(`${PACS}workers: \${W}\n`, { W: '65' })).to.deep.equal([
        '2 workers must be at most 64',
      ]);
    });

    it('read them too where a setting has several forms, as the schema for editors lets them stand', () => {
      const text =
        `${PACS}outputs: { secondaryCapture: { longEdge: \${EDGE} } }\n` +
        `admin: { hsts: \${HSTS} }\nnotify: { alarms: { disk: { percent: \${PERCENT} } } }\n`;
      const settings = load(text, { EDGE: '1024', HSTS: 'true', PERCENT: '2.5' });
      expect(settings.outputs.secondaryCapture).to.deep.equal({ longEdge: 1024 });
      expect(settings.admin.hsts).to.equal(true);
      expect(settings.notify.alarms.disk).to.have.property('percent', 2.5);
      expect(load(text, { EDGE: '1024', HSTS: '31536000', PERCENT: '2' }).admin.hsts).to.equal(31_536_000);
      expect(problems(text, { EDGE: 'wide', HSTS: 'true', PERCENT: '2' })).to.deep.equal([
        '2 outputs.secondaryCapture.longEdge must be a number, not a text',
      ]);
    });

    it('name the key, the variable and the line of one that is not set', () => {
      expect(problems('pacs:\n  url: http://p\n  auth: { type: bearer, token: ${TOKEN} }\n')).to.deep.equal([
        '3 pacs.auth.token needs the environment variable TOKEN, which is not set',
      ]);
      const empty = problems('pacs: { url: "http://p", auth: { type: bearer, token: "${T}" } }', { T: '' });
      expect(empty[0]).to.match(/^1 pacs\.auth\.token must/);
    });

    it('leave $${NAME} as ${NAME}, and say so about a ${ that starts no name', () => {
      expect(load('pacs: { url: "http://p/$${A}" }', { A: 'b' }).pacs.url).to.equal('http://p/${A}');
      expect(problems('pacs: { url: "http://p/${A-B}" }')[0]).to.match(/^1 pacs\.url has a \$\{/);
    });
  });

  describe('that are wrong', () => {
    it('name every problem at once, in order, with its line', () => {
      const text = [
        'pacs:',
        '  ulr: https://pacs.example',
        'poll:',
        '  lookbackDay: 3',
        '  settleSeconds: soon',
        '  views: [LCC, LCX]',
        'settleSeconds: 5',
        'workers: 0',
        'model: { engine: tensorfow }',
        'explain: grad-cam',
        'outputs: { secondaryCapture: { longEdge: 100, quality: 5 } }',
        'admin: { listen: "8040" }',
      ].join('\n');
      expect(problems(text)).to.deep.equal([
        '1 pacs.url is missing: the DICOMweb root of the PACS',
        '2 pacs.ulr is not a key of the settings; did you mean url?',
        '4 poll.lookbackDay is not a key of the settings; did you mean lookbackDays?',
        '5 poll.settleSeconds must be a number, not a text',
        '6 poll.views[1] must be one of LCC, RCC, LMLO, RMLO; did you mean LCC?',
        '7 settleSeconds is not a key of the settings; did you mean poll.settleSeconds?',
        '8 workers must be at least 1',
        '9 model.engine must be one of auto, onnxruntime, tensorflow; did you mean tensorflow?',
        '10 explain must be a map of keys, not a text',
        '11 outputs.secondaryCapture.longEdge must be at least 512',
        '11 outputs.secondaryCapture.quality is not a key of the settings',
        '12 admin.listen must be host:port, such as 127.0.0.1:8040, or off',
      ]);
    });

    it('carry a code, the file and a remedy', () => {
      const error = failure('pacs: 5');
      expect(error.code).to.equal('settings-invalid');
      expect(error.file).to.equal(join(folder, 'mamori.yaml'));
      expect(error.message)
        .to.contain('mamori.yaml')
        .and.contain('line 1: pacs must be a map of keys, not a number');
      expect(error.remedy).to.be.a('string');
    });

    it('tell a key that stands twice', () => {
      expect(problems(`${PACS}workers: 1\nlog: {}\nworkers: 2\n`)).to.deep.equal([
        '4 workers stands twice, first in line 2',
      ]);
    });

    it('tell a file that is not there by its own code', () => {
      expect(() => loadSettings(join(folder, 'none.yaml'), {}))
        .to.throw(MamoriError)
        .with.property('code', 'settings-unreadable');
    });

    it('tell broken YAML by line and key', () => {
      const cases: [text: string, problem: RegExp][] = [
        [`${PACS}poll: [1, 2\nlog: {}\n`, /^[23] (poll|log).* is not valid YAML/],
        [`${PACS}log:\n  level: hunter2\n   format: text\n`, /^\d log\.level is not valid YAML(?!.*hunter2)/],
        [`${PACS}log:\n\tlevel: info\n`, /^3 log.* is not valid YAML: a tab/],
        [`${PACS}log:\n  level: 'info\n`, /^\d log\.level is not valid YAML: a quote/],
        [`${PACS}---\n${PACS}`, /^\d .*more than one YAML document/],
        [`${PACS}log:\n  level: info: debug\n`, /^3 log.*second colon/],
      ];
      for (const [text, problem] of cases) expect(problems(text)[0], text).to.match(problem);
    });

    it('ask for a report: without one nothing would say that an exam could not be processed', () => {
      for (const rest of ['', ', secondaryCapture: off']) {
        expect(problems(`${PACS}outputs: { reports: []${rest} }`)).to.deep.equal([
          '2 outputs.reports must not be empty',
        ]);
      }
    });

    it('holds the keywords of poll.include and poll.exclude against the DICOM dictionary', () => {
      const poll =
        'poll:\n  include:\n    InstitutonName: [a]\n  exclude: { ReferencedImageSequence: b, StationName: [] }\n';
      expect(problems(`${PACS}${poll}`)).to.deep.equal([
        '4 poll.include.InstitutonName is no keyword of the DICOM dictionary; did you mean InstitutionName?',
        '5 poll.exclude.StationName must not be empty',
        '5 poll.exclude.ReferencedImageSequence is an attribute that holds no text',
      ]);
    });

    it('tell what belongs together', () => {
      writeFileSync(join(folder, 'c.pem'), 'x');
      expect(problems('pacs:\n  url: http://p\n  tls:\n    cert: c.pem\n')).to.deep.equal([
        '3 pacs.tls.key is missing: pacs.tls.cert needs it',
      ]);
      expect(problems('pacs:\n  url: http://p\n  tls: { ca: none.pem }\n')).to.deep.equal([
        '3 pacs.tls.ca names a file that cannot be read (ENOENT: no such file or directory)',
      ]);
      for (const [above, tls] of [
        ['ledger: { tls: ', 'ledger.tls'],
        ['audit: { syslog: { url: tls://log.example, tls: ', 'audit.syslog.tls'],
      ]) {
        const close = ' }'.repeat(above!.split('{').length - 1);
        expect(problems(`${PACS}${above}{ key: c.pem, ca: none.pem }${close}\n`)).to.deep.equal([
          `2 ${tls}.cert is missing: ${tls}.key needs it`,
          `2 ${tls}.ca names a file that cannot be read (ENOENT: no such file or directory)`,
        ]);
      }
      expect(problems('pacs: { url: "http://p", auth: { username: u, password: p } }')[0]).to.match(
        /^1 pacs\.auth\.type is missing; it is one of none, basic, bearer, oauth2/,
      );
    });

    it('survive a file that is not meant for them', () => {
      for (const text of ['[1, 2]', 'true', '"x"', '&a [*a]', 'a: &a { b: *a }', '? [x]\n: y', '\uE000']) {
        expect(problems(text), text).not.to.have.lengthOf(0);
      }
      const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
      for (let i = 1; i < 12; i++)
        bomb.push(`k${i}: &k${i} [${`*${i === 1 ? 'a' : `k${i - 1}`}, `.repeat(9)}x]`);
      expect(problems(bomb.join('\n'))).not.to.have.lengthOf(0);
    });
  });

  describe('with secrets', () => {
    const basic = (password: string) =>
      `pacs:\n  url: http://p\n  auth:\n    type: basic\n    username: u\n    password: ${password}\n`;

    it('read them from a file beside the settings', () => {
      mkdirSync(join(folder, 'secrets'));
      writeFileSync(join(folder, 'secrets', 'pacs'), 'pass: ${word}\r\n');
      const settings = load(basic('{ file: secrets/pacs }'));
      expect(settings.pacs.auth).to.have.property('password', 'pass: ${word}');
      expect(secretsIn(settings)).to.deep.equal(['pass: ${word}']);
    });

    it('say how to let the account read a file that it may not read', function () {
      if (process.getuid?.() !== 0) this.skip();
      const file = join(folder, 'locked.yaml');
      writeFileSync(join(folder, 'locked'), 'hunter2', { mode: 0o600 });
      writeFileSync(file, basic('{ file: locked }'), { mode: 0o600 });
      const asNobody = () => {
        process.seteuid!(65_534);
        try {
          return loadSettings(file, {});
        } finally {
          process.seteuid!(0);
        }
      };
      chmodSync(folder, 0o755);
      expect(asNobody)
        .to.throw(/EACCES/)
        .with.property('remedy')
        .that.includes('runuser -u mamori -- mamori')
        .and.includes(`chmod 640 ${file}`)
        .and.not.includes('example');
      chmodSync(file, 0o644);
      expect(asNobody).to.throw(
        /password\.file names a file that cannot be read \(EACCES: permission denied\): let this account/,
      );
      const key = join(folder, 'page.key');
      writeFileSync(key, 'x', { mode: 0o600 });
      writeFileSync(file, `${PACS}admin: { tls: { cert: page.key, key: page.key } }\n`);
      expect(asNobody).to.throw(
        /tls\.key names a file that cannot be read \(EACCES: permission denied\): let this account/,
      );
    });

    it('say which file is missing or empty', () => {
      writeFileSync(join(folder, 'empty'), '\n');
      expect(problems(basic('{ file: none }'))).to.deep.equal([
        '6 pacs.auth.password.file names a file that cannot be read (ENOENT: no such file or directory)',
      ]);
      expect(problems(basic('{ file: empty }'))).to.deep.equal([
        '6 pacs.auth.password.file names an empty file',
      ]);
    });

    it('never show one, however wrong it is written', () => {
      const written = [
        'hunter2\n  timeouts: 5',
        '*hunter2',
        '!hunter2 x',
        '@hunter2',
        '%hunter2',
        '`hunter2`',
        '"\\hunter2"',
        "'hunter2",
        'hunter2: x',
        '{hunter2}',
        '[hunter2]',
        '{ file: hunter2, hunter2: 1 }',
        '&hunter2',
        '|hunter2',
        'hunter2\n    password: hunter2',
        '${hunter2-${X}}',
      ];
      for (const password of written) {
        const { message } = failure(basic(password), { X: 'hunter2' });
        expect(message, password).not.to.contain('hunter2');
      }
      for (const text of [
        'ledger: { url: "postgres://u:hunter2@h/db" }',
        'pacs: { url: "http://u:hunter2@p" }',
      ]) {
        expect(failure(text).message).not.to.contain('hunter2');
      }
      const misplaced = failure(`${PACS}model: { engine: \${PW} }\nworkers: \${PW}\n`, { PW: 'hunter2' });
      expect(misplaced.message).not.to.contain('hunter2');
    });

    it('want a text of digits in quotes, so that no zero is lost', () => {
      expect(problems(basic('007'))[0]).to.match(/password must be a text in quotes/);
      expect(load(basic('"007"')).pacs.auth).to.have.property('password', '007');
    });
  });

  describe('with a ledger on a server', () => {
    const URL_OF_IT = 'postgres://mamori@db.example/mamori?sslmode=verify-full';
    const ledger = (rest: string) => `${PACS}ledger: { url: "${URL_OF_IT}"${rest} }`;

    it('leave its URL as it is, and take the password from the environment or a file', () => {
      expect(load(ledger('')).ledger.url).to.equal(URL_OF_IT);
      const settings = load(ledger(', password: "${DB}"'), { DB: 'hunter:2/' });
      expect(settings.ledger.password).to.equal('hunter:2/');
      expect(secretsIn(settings)).to.include('hunter:2/');
      writeFileSync(join(folder, 'password'), 'hunter3\n');
      expect(load(ledger(', password: { file: password }')).ledger.password).to.equal('hunter3');
    });

    it('refuse a password in the URL, a URL without a database, and other databases', () => {
      const problemOf = (url: string) => failure(`${PACS}ledger: { url: "${url}" }`).message;
      expect(problemOf('postgres://u:hunter2@h/db'))
        .to.match(/ledger\.password/)
        .and.not.match(/hunter2/);
      expect(problemOf('postgres://u@h')).to.match(/must name a database/);
      expect(problemOf('mysql://u@h/db')).to.match(/sqlite:FILE or postgres:/);
    });
  });

  describe('for notification', () => {
    const notify = (text: string) => `${PACS}notify:\n${text}\n`;

    it('are quiet about nights and weekends, and tell nobody, unless told otherwise', () => {
      const { webhook, email, alarms } = load(PACS).notify;
      expect([webhook, email]).to.deep.equal([undefined, undefined]);
      expect(alarms.nothingNew).to.deep.include({ hours: 12, from: '08:00', to: '18:00' });
      expect(
        load(notify('  alarms: { disk: off, partial: false, credentials: off }')).notify.alarms,
      ).to.include({
        disk: 'off',
        partial: 'off',
        credentials: false,
      });
    });

    it('take addresses, headers and passwords as secrets, from the environment or a file', () => {
      writeFileSync(join(folder, 'hook'), 'https://chat.example/hook/hunter2\n');
      writeFileSync(join(folder, 'header'), 'Bearer hunter3\n');
      const text = notify(
        '  webhook: { url: { file: hook }, headers: { Authorization: { file: header }, X-Key: "${KEY}" } }',
      );
      const settings = load(text, { KEY: 'hunter4' });
      expect(settings.notify.webhook).to.deep.include({
        url: 'https://chat.example/hook/hunter2',
        headers: { Authorization: 'Bearer hunter3', 'X-Key': 'hunter4' },
      });
      expect(secretsIn(settings)).to.include.members([
        'https://chat.example/hook/hunter2',
        'Bearer hunter3',
        'hunter4',
      ]);
    });

    it('say what cannot be, and show no secret', () => {
      const wrong = failure(
        notify(
          [
            '  webhook:',
            '    url: ftp://hunter2',
            '    headers: { Host: hunter2, "a b": hunter2 }',
            '    hmacSecret: hunter2',
            '  email: { host: m, from: nobody, to: [], security: off, username: u, password: hunter2 }',
            '  alarms: { nothingNew: { from: "18:00", to: "8" } }',
          ].join('\n'),
        ),
      );
      for (const key of ['webhook.url', 'headers', 'hmacSecret', 'email.from', 'email.to', 'nothingNew'])
        expect(wrong.message, key).to.contain(`notify.${key.includes('nothing') ? 'alarms.' : ''}`);
      expect(wrong.message).not.to.contain('hunter2');
      const inClear = '  email: { host: m, from: a@b, to: c@d, security: off, username: u, password: p }';
      expect(problems(notify(inClear)).join()).to.match(
        /notify.email.security must not be off with a password/,
      );
      const half = '  email: { host: m, from: a@b, to: c@d, username: u }';
      expect(problems(notify(half)).join()).to.match(/notify.email.password is missing/);
    });
  });

  describe('of the status page', () => {
    const HASH = `scrypt:16384:8:5:${'a'.repeat(22)}:${'b'.repeat(43)}`;
    const admin = (text: string) => `pacs: { url: "http://p" }\nadmin:\n${text}`;

    it('let others come in only with users and https', () => {
      const user = `  users: [{ name: ana, role: act, passwordHash: "${HASH}" }]\n`;
      const wide = '  listen: 0.0.0.0:8040\n';
      expect(problems(admin(wide))[0]).to.match(/^3 admin\.listen lets others than this machine come in/);
      expect(problems(admin(wide + user))[0]).to.match(/^3 admin\.listen sends passwords in the clear/);
      for (const way of ['proxy: { addresses: [10.0.0.5] }', 'plainHttp: true'])
        expect(load(admin(`${wide}${user}  ${way}\n`)).admin.users[0]).to.include({
          name: 'ana',
          role: 'act',
        });
      for (const listen of ['127.0.0.1:1', '127.9.9.9:1', '"[::1]:1"', 'localhost:1', 'off'])
        load(admin(`  listen: ${listen}\n`));
      for (const listen of ['192.0.2.7:1', '"[::]:1"', 'mamori.example:1', '127.0.0.1.example:1'])
        expect(problems(admin(`  listen: ${listen}\n`)), listen).to.have.length(1);
    });

    it('let nobody come by a proxy without users, and no proxy be just anybody', () => {
      const user = `  users: [{ name: ana, role: act, passwordHash: "${HASH}" }]\n`;
      const proxy = (addresses: string) => `  proxy: { addresses: [${addresses}] }\n`;
      expect(problems(admin(proxy('127.0.0.1')))).to.have.length(1);
      expect(problems(admin(proxy('127.0.0.1'))).join()).to.contain(
        'admin.proxy lets others than this machine',
      );
      load(admin(`${proxy('127.0.0.1')}  listen: off\n`));
      load(admin(user + proxy('10.0.0.0/8, "::1", 192.0.2.1')));
      for (const wrong of ['proxy.example', '0.0.0.0/0', '10.0.0.0/33', '"::/0"', '""'])
        expect(problems(admin(user + proxy(wrong))).join(), wrong).to.contain('must be an address such as');
    });

    it('take no hash that is none or too weak, and show none', () => {
      const weak = HASH.replace('16384', '1024');
      for (const [hash, word] of [
        ['hunter2hunter2', 'mamori password'],
        [weak, 'too weak'],
        [HASH.replace('16384', '16383'), 'cost'],
      ]) {
        const [problem] = problems(admin(`  users: [{ name: a, role: see, passwordHash: "${hash}" }]\n`));
        expect(problem).to.contain(word).and.not.contain(hash);
      }
      const twice = [1, 2].map(() => `    - { name: ana, role: see, passwordHash: "${HASH}" }`).join('\n');
      expect(problems(admin(`  users:\n${twice}\n`)).join()).to.contain('names ana twice');
    });

    it('say what became of admin.auth', () => {
      const old = '  auth: { type: basic, username: a, password: hunter2 }\n';
      expect(problems(admin(old)).join())
        .to.contain('has become admin.users')
        .and.not.contain('hunter2');
    });

    it('take an OpenID provider by http on this machine alone', () => {
      const oidc = (issuer: string) =>
        `  oidc: { issuer: "${issuer}", clientId: m, clientSecret: s, url: "https://m", roles: { act: [a] } }\n`;
      expect(problems(admin(oidc('http://login.example'))).join()).to.contain('must begin with https://');
      expect(load(admin(oidc('http://127.0.0.1:9'))).admin.oidc!.roles.claim).to.equal('groups');
    });
  });

  describe('with paths', () => {
    it('take them from the folder of the file', () => {
      mkdirSync(join(folder, 'own-model'));
      writeFileSync(join(folder, 'ca.pem'), 'x');
      const text =
        'pacs: { url: "http://p", tls: { ca: ca.pem } }\n' +
        'model: { bundle: own-model }\nledger: { url: "sqlite:data/l.db", tls: { ca: ca.pem } }';
      const settings = load(text);
      expect(settings.ledger.tls.ca).to.equal(join(folder, 'ca.pem'));
      expect(settings.pacs.tls.ca).to.equal(join(folder, 'ca.pem'));
      expect(settings.model.bundle).to.equal(join(folder, 'own-model'));
      expect(settings.ledger.url).to.equal(`sqlite:${join(folder, 'data', 'l.db')}`);
    });

    it('find a model that comes with Mamori from anywhere', () => {
      // `config` stands for a folder that surely ships.
      expect(load(`${PACS}model: { bundle: config }`).model.bundle).to.equal(
        join(installationFolder(), 'config'),
      );
      expect(load(`${PACS}model: { bundle: no-such }`).model.bundle).to.equal(join(folder, 'no-such'));
    });
  });

  describe('in the example', () => {
    const example = join(installationFolder(), 'config', 'mamori.example.yaml');
    const schemaFile = join(installationFolder(), 'config', 'mamori.schema.json');

    it('are exactly the defaults', () => {
      const read = loadSettings(example, {});
      const expected = defaultSettings(
        'https://pacs.example/dicom-web',
        join(installationFolder(), 'config'),
      );
      expect(read).to.deep.equal(expected);
    });

    it('have every key explained, in a comment at least', () => {
      const text = readFileSync(example, 'utf8');
      const keys = new Set<string>();
      JSON.stringify(settingsJsonSchema(), (name, value: unknown) => {
        if (name === 'properties') for (const key of Object.keys(value as object)) keys.add(key);
        return value;
      });
      expect(keys.size).to.be.greaterThan(40);
      for (const key of keys) expect(text, key).to.match(new RegExp(`\\b${key}:`));
    });

    it('work when what is commented out is switched on', () => {
      const variants = readFileSync(example, 'utf8').matchAll(/^ {2}# (auth: \{.*\})$/gm);
      const lines = [...variants].map((match) => match[1]!);
      expect(lines).to.have.lengthOf(2);
      mkdirSync(join(folder, 'secrets'));
      writeFileSync(join(folder, 'secrets', 'pacs-token'), 't');
      const env = {
        PACS_PASSWORD: 'a',
        ADMIN_PASSWORD_HASH: `scrypt:16384:8:5:${'a'.repeat(22)}:${'b'.repeat(43)}`,
      };
      for (const line of lines) {
        const text = line.includes('ADMIN')
          ? `${PACS}admin:\n  ${line}`
          : `pacs:\n  url: http://p\n  ${line}`;
        expect(secretsIn(load(text, env)), line).to.have.lengthOf(1);
      }
    });

    it('fit the JSON Schema, which is the one that the code makes', () => {
      const committed: unknown = JSON.parse(readFileSync(schemaFile, 'utf8'));
      expect(committed, 'run: npm run schema').to.deep.equal(
        JSON.parse(JSON.stringify(settingsJsonSchema())),
      );
      const validate = new Ajv({ strict: false }).compile(committed as object);
      expect(validate(parse(readFileSync(example, 'utf8'))), JSON.stringify(validate.errors)).to.equal(true);
      expect(validate({ pacs: { ulr: 'x' } })).to.equal(false);
      expect(validate({ pacs: { url: 'http://p' }, workers: '${W}' })).to.equal(true);
      expect(validate({ pacs: { url: 'http://p' }, workers: 'W' })).to.equal(false);
    });
  });

  it('are never taken where the JSON Schema refuses them', () => {
    const validate = new Ajv({ strict: false }).compile(settingsJsonSchema());
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(
        'off',
        'none',
        'basic',
        'grad-cam',
        'auto',
        'info',
        'sqlite:x',
        'http://p',
        false,
      ),
      fc.integer({ min: -1, max: 5000 }),
      fc.string(),
    );
    const names = ['url', 'auth', 'type', 'poll', 'views', 'longEdge', 'secondaryCapture', 'listen', 'level'];
    const section = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(leaf, fc.array(leaf, { maxLength: 2 })),
    );
    fc.assert(
      fc.property(
        fc.record(
          { poll: section, outputs: section, admin: section, log: section, model: section, explain: section },
          { requiredKeys: [] },
        ),
        (sections) => {
          const value = { pacs: { url: 'http://pacs' }, ...sections };
          if (validate(value)) return;
          failure(stringify(value));
        },
      ),
      { numRuns: 100 },
    );
  });
});
