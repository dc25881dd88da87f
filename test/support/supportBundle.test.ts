import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import dcmjs from 'dcmjs';
import { loadSettings } from '../../src/config/index.js';
import { type Archive, startArchive } from '../../src/demo/index.js';
import { dicomDate } from '../../src/dicom/index.js';
import { openLedger } from '../../src/ledger/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import { blackener } from '../../src/service/index.js';
import { KEPT_KEYWORDS, linesAbout, Pseudonyms, plainExam, plainSettings } from '../../src/support/index.js';
import { type Ended, mamori } from '../mamori.js';
import { smallBundle } from '../model/bundles.js';
import { needs } from '../parts.js';
import { scratchFolder } from '../scratch.js';

/** Stands in everything that must not leave the hospital; as the bytes of any encoding of it would show. */
const MARK = 'ZQMARK';
/** 山田, and half-width katakana of ISO_IR 13. */
const JAPANESE = '山田^花子';

/** Attributes of a patient, an order, a person or a place, and free text, in every place in which they may stand. */
const MARKED: readonly [path: string, value: string][] = [
  ['(0008,0005)', 'ISO_IR 192'],
  ['(0010,0010)', `${MARK}^HANAKO=${JAPANESE}=やまだ^はなこ`],
  ['(0010,0020)', `${MARK}-ID`],
  ['(0010,0030)', '19531224'],
  ['(0010,1010)', '072Y'],
  ['(0010,1040)', `${MARK} STREET`],
  ['(0010,4000)', `${MARK} comment ${JAPANESE}`],
  ['(0010,21b0)', `${MARK} history`],
  ['(0010,1002)[0].(0010,0020)', `${MARK}OTHER`],
  ['(0008,0050)', `${MARK}ACC`],
  ['(0008,0080)', `${MARK} HOSPITAL`],
  ['(0008,0090)', `${MARK}^REFERRER`],
  ['(0008,1010)', `${MARK}STATION`],
  ['(0008,1030)', `study of ${MARK} ${JAPANESE}`],
  ['(0008,103e)', `series of ${MARK}`],
  ['(0008,1070)', `${MARK}^OPERATOR`],
  ['(0008,2111)', `derived for ${MARK}`],
  ['(0018,1000)', `${MARK}SERIAL`],
  ['(0018,1030)', `protocol ${MARK}`],
  ['(0020,0010)', `${MARK}STID`],
  ['(0020,4000)', `image comment ${MARK}`],
  ['(0040,0275)[0].(0040,0007)', `step of ${MARK}`],
  ['(0040,0275)[0].(0040,0008)[0].(0008,0104)', `${MARK} meaning`],
  ['(0040,0275)[0].(0032,1060)', `${MARK} ${JAPANESE}`],
  // Where words and codes are expected, and somebody typed a name.
  ['(0018,5101)', `${MARK}`],
  ['(0018,0015)', `${MARK}`],
  ['(0008,0008)', `ORIGINAL\\PRIMARY\\${MARK}`],
  ['(0054,0220)[0].(0008,0104)', `${MARK} view`],
  ['(0018,1191)', `${MARK}`],
  ['(0028,1055)', `window of ${MARK}`],
];

/** Another day than the one on which it is worked on: times of the work are in the bundle. */
const STUDY_DAY = new Date(Date.now() - 7 * 86_400_000);

const SECRETS = {
  PACS: 'pacs-hunter2-word',
  HOOK: 'https://chat.example/hooks/hunter3-token',
  HEADER: 'Bearer hunter4-token',
  PROXY: 'hunter5-proxy',
  HMAC: Buffer.alloc(32, 9).toString('base64'),
  MAIL: 'hunter6-mail',
};

describe('a support bundle', function () {
  this.timeout(120_000);
  let archive: Archive;
  let folder: string;
  let file: string;
  let exam: MadeInstance[];
  let study: string;

  before(async function () {
    needs(this, 'dcmodify', 'tar');
    folder = scratchFolder('support');
    archive = await startArchive();
    exam = makeExam({ seed: 'support', rows: 320, columns: 256, date: dicomDate(STUDY_DAY) });
    study = exam[0]!.studyInstanceUID;
    for (const [index, { bytes }] of exam.entries()) archive.add(marked(bytes, join(folder, `${index}.dcm`)));
    const { directory } = await smallBundle();
    file = join(folder, 'mamori.yaml');
    mkdirSync(join(folder, 'home'), { mode: 0o700 });
    writeFileSync(join(folder, 'hook'), SECRETS.HOOK);
    writeFileSync(
      file,
      `pacs:
  url: ${JSON.stringify(archive.url)}
  auth: { type: basic, username: ${MARK}-account, password: ${SECRETS.PACS} }
poll:
  exclude: { PatientName: ["${MARK}*"], StudyDescription: ["*${JAPANESE}*"] }
model: { bundle: ${JSON.stringify(directory)}, engine: onnxruntime, device: cpu }
ledger: { url: "sqlite:${folder}/home/mamori.db" }
admin: { listen: off }
notify:
  webhook:
    url: { file: hook }
    headers: { Authorization: "${SECRETS.HEADER}" }
    hmacSecret: ${SECRETS.HMAC}
    proxy: { url: "http://127.0.0.1:9", username: ${MARK}, password: ${SECRETS.PROXY} }
  email: { host: 127.0.0.1, port: 9, username: ${MARK}, password: ${SECRETS.MAIL},
    from: "${MARK}@hospital.example", to: ["${MARK}@hospital.example"] }
`,
    );
    // A real way through, so that the ledger tells of one.
    const done = await mamori('process', '-c', file, study);
    expect(done.code, `${done.out}${done.err}`).to.equal(0);
    writeFileSync(join(folder, 'mamori.log'), logText());
  });
  after(() => archive?.close());

  function marked(bytes: Uint8Array, path: string): Uint8Array {
    writeFileSync(path, bytes);
    const inserts = MARKED.flatMap(([tag, value]) => ['-i', `${tag}=${value}`]);
    // Private attributes, also within a sequence; their VR is unknown, and they are given by their bytes.
    const hex = [...Buffer.from(`${MARK}PRIVATE `)].map((byte) => byte.toString(16)).join('\\');
    const privates = [
      '(0029,0010)=ZQ',
      `(0029,1010)=${hex}`,
      ...['(0029,0010)=ZQ', `(0029,1001)=${hex}`].map((one) => `(0040,0275)[0].${one}`),
    ].flatMap((one) => ['-i', one]);
    execFileSync('dcmodify', ['-nb', '-u', ...inserts, ...privates, path], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return readFileSync(path);
  }

  /** The last line is of another exam, of which nothing may go in. */
  function logText(): string {
    const time = new Date().toISOString();
    const lines: object[] = [
      { level: 'info', time, study, end: 'delivered', objects: 5, ms: 9, msg: 'Exam closed' },
      {
        level: 'warn',
        time,
        study,
        code: 'pacs-busy',
        reason: `Instance ${exam[0]!.sopInstanceUID} with ${SECRETS.PACS}.`,
        msg: 'Tried again',
      },
      {
        level: 'info',
        time,
        url: 'http://127.0.0.1/',
        by: `${MARK} nurse`,
        why: `for ${MARK}`,
        msg: 'An order',
      },
      {
        level: 'error',
        time,
        study,
        err: { message: `cannot read ${MARK}`, stack: `${MARK} at x` },
        msg: 'It failed',
      },
      { level: 'debug', time, study, err: { stack: `TypeError: ${MARK}` }, msg: `The error in full ${MARK}` },
      { level: 'info', time: '2001-01-01T00:00:00.000Z', msg: 'long ago' },
      { level: 'info', time, study: '1.2.840.99.77.4711.1', msg: `another exam ${MARK}` },
    ];
    const journal = 'Mar 01 10:00:00 host mamori[7]: ';
    const text = `${time.slice(0, 19).replace('T', ' ')} debug ${MARK}\n    at ${MARK} (file.js)\n`;
    return `${lines.map((line, index) => `${index === 0 ? journal : ''}${JSON.stringify(line)}`).join('\n')}\n${text}`;
  }

  /** As whoever has the archive can compute it for every study, and as the ledger has it. */
  function fingerprint(): string {
    const uids = exam.map(({ sopInstanceUID }) => sopInstanceUID).sort();
    return createHash('sha256').update(uids.join('\n')).digest('hex');
  }

  /** The bundle's files, unpacked by tar. */
  function unpacked(path: string): Record<string, string> {
    const place = scratchFolder('unpacked');
    execFileSync('tar', ['-xzf', path, '-C', place]);
    const inside = join(place, 'mamori-support');
    return Object.fromEntries(
      readdirSync(inside).map((name) => [name, readFileSync(join(inside, name), 'utf8')]),
    );
  }

  function expectClean(files: Record<string, string>): void {
    const known = exam.flatMap(({ sopInstanceUID, seriesInstanceUID }) => [
      sopInstanceUID,
      seriesInstanceUID,
      study,
    ]);
    const never = [
      MARK,
      '山田',
      '花子',
      'やまだ',
      '19531224',
      '072Y',
      'HOSPITAL',
      ...known,
      ...Object.values(SECRETS),
      dicomDate(STUDY_DAY),
      STUDY_DAY.toISOString().slice(0, 10),
      fingerprint(),
    ];
    for (const [name, whole] of Object.entries(files)) {
      // Less the digits of chance that stand for UIDs, and digests: they may hold any few letters.
      const text = whole.replaceAll(/\b2\.25\.\d{20,}\b/g, 'UID').replaceAll(/\b[\da-f]{64}\b/g, 'SHA-256');
      for (const secret of never) {
        if (secret.length > 20) expect(whole, `${secret} in ${name}`).not.to.include(secret);
        expect(text, `${secret} in ${name}`).not.to.include(secret);
        for (const encoding of ['base64', 'hex'] as const)
          expect(text, `${secret} in ${name}`).not.to.include(
            Buffer.from(secret).toString(encoding).slice(0, -2),
          );
      }
    }
  }

  it('holds nothing of a patient and no secret, and says before what goes in', async () => {
    const out = join(folder, 'bundle.tar.gz');
    const log = join(folder, 'mamori.log');
    const ended = await mamori('support-bundle', '-c', file, study, '--out', out, '--log', log, '--headers');
    expect(ended.code, `${ended.out}${ended.err}`).to.equal(0);
    expect(statSync(out).mode & 0o777).to.equal(0o600);
    const files = unpacked(out);
    expect(Object.keys(files)).to.have.members([
      ...[
        'README.txt',
        'versions.json',
        'settings.json',
        'doctor.json',
        'ledger.json',
        'log.txt',
        'headers.json',
      ],
    ]);
    for (const name of Object.keys(files)) expect(ended.out).to.include(name);
    expectClean(files);

    const headers = JSON.parse(files['headers.json']!) as {
      headers: { attributes: Record<string, unknown[]>; leftBehind: string[]; transferSyntaxUID: string }[];
    };
    // Its images, and the results that were stored beside them.
    const images = headers.headers.filter(
      ({ attributes }) => attributes.PresentationIntentType !== undefined,
    );
    expect(images).to.have.length(4);
    for (const { attributes, leftBehind, transferSyntaxUID } of images) {
      expect(attributes).to.deep.include({ Rows: [320], Columns: [256], Modality: ['MG'] });
      expect(attributes.ImageType).to.deep.equal(['ORIGINAL', 'PRIMARY', '(no defined term)']);
      expect(attributes.ViewPosition).to.deep.equal(['(no defined term)']);
      expect(attributes.Manufacturer).to.have.length(1);
      expect(transferSyntaxUID).to.equal('1.2.840.10008.1.2.1');
      expect(leftBehind).to.include.members(['PatientName', 'StudyDescription', 'RequestAttributesSequence']);
    }
    const uid = images[0]!.attributes.StudyInstanceUID![0] as string;
    expect(uid).to.match(/^2\.25\.\d+$/);
    for (const name of ['ledger.json', 'log.txt']) expect(files[name], name).to.include(uid);

    const [exams] = JSON.parse(files['ledger.json']!) as {
      state: string;
      history: object[];
      objects: object[];
    }[];
    expect(exams!.history.length).to.be.greaterThan(3);
    expect(exams!.objects.length).to.be.greaterThan(3);
    const told = files['log.txt']!.trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(told).to.deep.equal(['Exam closed', 'Tried again', 'An order', 'It failed']);
    expect(files['settings.json']).to.include('"notify.webhook.hmacSecret": "(secret)"');
    const checks = JSON.parse(files['doctor.json']!) as { check: string; state: string }[];
    expect(checks.find(({ check }) => check === 'notify')).to.have.property('state', 'failure');
  });

  it('leaves headers out unless asked, takes the log from a pipe, and never the same UIDs twice', async () => {
    const out = join(folder, 'piped.tar.gz');
    const args = [
      'dist/src/cli/main.js',
      'support-bundle',
      '-c',
      file,
      study,
      '--out',
      out,
      '--log',
      '-',
      '--json',
    ];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(logText());
    child.stdout.resume();
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(0);
    const files = unpacked(out);
    expect(files).not.to.have.property('headers.json');
    expectClean(files);
    expect(files['log.txt']!.trim().split('\n')).to.have.length(4);
    const uids = (text: string) => new Set(text.match(/2\.25\.\d{30,}/g));
    const others = uids(unpacked(join(folder, 'bundle.tar.gz'))['ledger.json']!);
    expect([...uids(files['ledger.json']!)].filter((uid) => others.has(uid))).to.deep.equal([]);
  });

  it('says that the ledger knows no exam of a study, which may be mistyped, and packs the rest', async () => {
    const out = join(folder, 'unknown.tar.gz');
    const ended = await mamori('support-bundle', '-c', file, '1.2.3.4', '--out', out);
    expect(ended.code).to.equal(1);
    expect(ended.out).to.match(/The ledger knows no exam of study 1\.2\.3\.4: is that the right UID\?\n$/);
    expect(JSON.parse(unpacked(out)['ledger.json']!)).to.deep.equal([]);
  });

  it('leaves no gap in its own words by which a password could be told', async () => {
    const common = join(folder, 'common.yaml');
    const words = { [SECRETS.PACS]: 'delivered', [SECRETS.PROXY]: 'secret', [SECRETS.MAIL]: 'reason' };
    const text = Object.entries(words).reduce(
      (yaml, [secret, word]) => yaml.replace(secret, word),
      readFileSync(file, 'utf8'),
    );
    writeFileSync(common, text);
    const out = join(folder, 'common.tar.gz');
    const log = join(folder, 'common.log');
    writeFileSync(log, logText().replace(SECRETS.PACS, 'a gap'));
    const ended = await mamori(
      'support-bundle',
      '-c',
      common,
      study,
      '--out',
      out,
      '--log',
      log,
      '--headers',
    );
    expect(ended.code, ended.err).to.equal(0);
    const files = unpacked(out);
    expect(Object.keys(files)).to.have.length(7);
    for (const [name, told] of Object.entries(files)) expect(told, name).not.to.include('***');
    expect(files['log.txt']).to.include('"end":"delivered"');
    expect(files['settings.json']).to.include('"pacs.auth.password": "(secret)"');
  });

  it('would be the same with any word, number or name in it as a password', () => {
    const files = Object.entries(unpacked(join(folder, 'bundle.tar.gz'))).filter(([name]) =>
      // Of the others nothing is ever blacked out.
      ['settings.json', 'doctor.json', 'ledger.json', 'log.txt'].includes(name),
    );
    const settings = loadSettings(file);
    const words = new Set(
      files
        .flatMap(([, text]) => text.match(/[\p{L}\p{N}_-]+/gu) ?? [])
        // Digests and folders of chance are nobody's password.
        .filter((word) => word.length < 16 && !/^[\da-f]{12,}$/.test(word)),
    );
    expect(words.size).to.be.greaterThan(200);
    for (const password of words) {
      const auth = { type: 'basic', username: 'mamori', password } as const;
      const blackOut = blackener({ ...settings, pacs: { ...settings.pacs, auth } });
      for (const [name, text] of files)
        expect(blackOut(text) === text, `${password} in ${name}`).to.equal(true);
    }
  });

  it('overwrites nothing, and names a log that is not there', async () => {
    const out = join(folder, 'taken');
    writeFileSync(out, 'mine');
    const failed = (ended: Ended) => [ended.code, ended.err.split('\n')[0]];
    const taken = failed(await mamori('support-bundle', '-c', file, study, '--out', out));
    expect(taken).to.deep.equal([2, `The bundle cannot be written to ${out} (EEXIST: file already exists).`]);
    expect(readFileSync(out, 'utf8')).to.equal('mine');
    const gone = failed(await mamori('support-bundle', '-c', file, study, '--log', join(folder, 'gone')));
    expect(gone).to.deep.equal([
      2,
      `The log ${join(folder, 'gone')} cannot be read (ENOENT: no such file or directory).`,
    ]);
  });

  it('shows every setting by its key, and no value that is secret or names people', async () => {
    const shown = plainSettings(loadSettings(file));
    expect(shown).to.include({
      'pacs.auth.username': '(set)',
      'pacs.auth.password': '(secret)',
      'notify.webhook.url': '(secret)',
      'notify.webhook.headers.Authorization': '(secret)',
      'notify.email.to': '(set)',
      'poll.lookbackDays': '3',
      'poll.exclude.PatientName': '(set)',
    });
  });

  it('leads nobody from the ledger to the study, which knows its date and its fingerprint', async () => {
    const ledger = await openLedger({ url: `sqlite:${folder}/home/mamori.db` });
    try {
      const [record] = await ledger.list({ studyInstanceUID: study });
      expect(record!.fingerprint).to.equal(fingerprint());
      const known = { ...record!, studyDate: dicomDate(STUDY_DAY), somethingNew: MARK };
      const plain = plainExam({ record: known, history: [known], objects: [known] });
      const text = JSON.stringify(plain);
      for (const secret of [fingerprint(), dicomDate(STUDY_DAY), MARK]) expect(text).not.to.include(secret);
      // Nor by what was answered about her.
      expect(record!.shortAnswer!.breasts).to.have.length(2);
      expect(plain).to.not.have.property('shortAnswer');
      expect(text).not.to.match(/probability|positive|operatingPoint/);
      expect(plain).to.include({ state: record!.state, reason: record!.reason, attempts: 1 });
      expect(plain.images).to.have.length(4);
    } finally {
      await ledger.disconnect();
    }
  });
});

describe('what is taken of headers', () => {
  it('is nothing that dcmjs empties to make an image anonymous', () => {
    const emptied = new Set(dcmjs.anonymizer.getTagsNameToEmpty());
    expect(emptied.size).to.be.greaterThan(100);
    expect(KEPT_KEYWORDS.filter((keyword) => emptied.has(keyword))).to.deep.equal([]);
  });
});

describe('UIDs in a support bundle', () => {
  it('are replaced wherever they stand, alike, and those of the standard are not', () => {
    const uids = new Pseudonyms();
    const text = uids.in(
      'Study 1.2.840.99.1.2, (1.2.840.99.1.2) and 1.2.840.99.1.20. SOP class 1.2.840.10008.5.1.4.1.1.7.',
    );
    expect(text).not.to.match(/840\.99/);
    expect(text).to.include('1.2.840.10008.5.1.4.1.1.7.');
    const [first, second, third] = text.match(/2\.25\.\d+/g)!;
    expect(first).to.equal(second).and.not.equal(third);
    expect(uids.in('version 1.2.3 at 192.168.10.20, 10.0.0.1')).to.equal(
      'version 1.2.3 at 192.168.10.20, 10.0.0.1',
    );
    // Whole, not a part of them: the digits of chance that stand for a UID may hold any few others.
    for (const uid of ['2.25.323286567321792844004006586199723841425', '1.2.392.2000364789123'])
      expect(uids.in(`of ${uid}.`))
        .to.equal(`of ${uids.of(uid)}.`)
        .and.not.include(uid);
    expect(uids.in('0.123456789012345678 s at 1.1.1.1')).to.equal('0.123456789012345678 s at 1.1.1.1');
    expect(new Pseudonyms().of('1.2.840.99.1.2')).not.to.equal(first);
    const named = new Pseudonyms(['1.2.7']);
    expect(named.in('at /studies/1.2.7. Not 1.2.78, 1.2.7.1 or 0.1.2.7: /1.2.7/')).to.equal(
      `at /studies/${named.of('1.2.7')}. Not 1.2.78, 1.2.7.1 or 0.1.2.7: /${named.of('1.2.7')}/`,
    );
  });
});

describe('lines of a log in text', () => {
  it('are taken by the same rules', async () => {
    async function* lines() {
      yield '2026-03-01 10:00:00 info  Exam closed  study=1.2.840.99.1.2 end=delivered by="Dr X" reason="a b"';
      yield '2026-03-01 10:00:01 warn  Not about an exam  file=/x';
      yield '2026-03-01 10:00:01 debug  study=1.2.840.99.1.2';
      yield '    at somewhere (1.2.840.99.1.2)';
      yield '2026-03-01 10:00:02 error Other  study=1.2.840.99.1.3';
      yield '2026-03-01 12:00:00 info  Too late';
    }
    const found = await linesAbout(lines(), {
      uids: new Set(['1.2.840.99.1.2']),
      from: new Date('2026-03-01T09:50:00'),
      to: new Date('2026-03-01T10:10:00'),
    });
    expect(found).to.deep.equal([
      '2026-03-01 10:00:00 info Exam closed study=1.2.840.99.1.2 end=delivered reason="a b"',
      '2026-03-01 10:00:01 warn Not about an exam',
    ]);
  });
});
