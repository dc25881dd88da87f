import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Archive, startArchive } from '../../src/demo/index.js';
import { dicomDate } from '../../src/dicom/index.js';
import { openExistingLedger } from '../../src/ledger/index.js';
import { type MadeInstance, makeExam } from '../../src/phantom/index.js';
import { freePort } from '../freePort.js';
import { mamori, mamoriHere } from '../mamori.js';
import { smallBundle } from '../model/bundles.js';
import { type Relay, startRelay } from '../pacs/relay.js';
import { scratchFolder } from '../scratch.js';

const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** What says who the patient is, where she is, who cares for her, and what is known of her: each with its own mark. */
const MARKED = [
  ...[
    'PatientName',
    'PatientID',
    'IssuerOfPatientID',
    'OtherPatientIDs',
    'OtherPatientNames',
    'PatientBirthName',
  ],
  ...[
    'PatientMotherBirthName',
    'MedicalRecordLocator',
    'PatientAddress',
    'PatientTelephoneNumbers',
    'EthnicGroup',
  ],
  ...[
    'Occupation',
    'PatientComments',
    'AdditionalPatientHistory',
    'MedicalAlerts',
    'Allergies',
    'PatientState',
  ],
  ...['ResponsiblePerson', 'MilitaryRank', 'BranchOfService', 'CountryOfResidence', 'RegionOfResidence'],
  ...['PatientReligiousPreference', 'AccessionNumber', 'StudyID', 'StudyDescription', 'SeriesDescription'],
  ...[
    'ReferringPhysicianName',
    'ReferringPhysicianAddress',
    'PhysiciansOfRecord',
    'NameOfPhysiciansReadingStudy',
  ],
  ...[
    'PerformingPhysicianName',
    'OperatorsName',
    'RequestingPhysician',
    'InstitutionName',
    'InstitutionAddress',
  ],
  ...['InstitutionalDepartmentName', 'StationName', 'ProtocolName', 'PerformedProcedureStepDescription'],
  ...[
    'AdmittingDiagnosesDescription',
    'AdmissionID',
    'ServiceEpisodeID',
    'ImageComments',
    'DeviceSerialNumber',
  ],
  ...[
    'ClinicalTrialSubjectID',
    'ClinicalTrialSponsorName',
    'CurrentPatientLocation',
    'PatientInstitutionResidence',
  ],
] as const;
/** Why somebody orders a pause, as it must not be written. */
const TYPED = 'ZQTYPED, Hanako, wants her results';
const SHORT = 9;
const BORN = '19010203';

const KANA = [...'ぬねのはひふへほまみむめもやゆよ'];
const placeholder = (index: number) => `#${String(index).padStart(3, '0')}#####`.slice(0, SHORT);
/** Three characters of three bytes each that stand for the attribute. */
const japanese = (index: number) => `秘${KANA[index >> 4]}${KANA[index & 15]}`;
/** Every mark, as people would see it. */
const MARKS = [...MARKED.keys()].flatMap((index) => [`ZQ${index + 100}`, japanese(index)]);

/** An exam whose every attribute of that kind holds a mark in letters and one in Japanese, in UTF-8. */
function markedExam(seed: string, options: Parameters<typeof makeExam>[0] = {}): MadeInstance[] {
  const override = Object.fromEntries(
    MARKED.map((keyword, index) => [keyword, `ZQ${index + 100}${placeholder(index)}`]),
  );
  return makeExam({
    rows: 320,
    columns: 256,
    views: ['LCC', 'RCC'],
    seed,
    date: dicomDate(new Date()),
    ...options,
    override: {
      ...override,
      SpecificCharacterSet: 'ISO_IR 192',
      PatientBirthDate: BORN,
      PatientBirthTime: '010203.456789',
      ...options.override,
    },
  }).map((instance) => {
    const bytes = Buffer.from(instance.bytes);
    for (const index of MARKED.keys()) {
      const at = bytes.indexOf(placeholder(index));
      if (at >= 0) bytes.write(japanese(index), at, 'utf8');
    }
    return { ...instance, bytes };
  });
}

/** The marks in a text: as they are, as JSON, URLs and Base64 would have them. */
function marksIn(text: string): string[] {
  const decoded = [...text.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)]
    .map(([piece]) => Buffer.from(piece, 'base64').toString('utf8'))
    .join('\n');
  const unescaped = text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const urls = text.replace(/(%[0-9a-f]{2})+/gi, (piece) => {
    try {
      return decodeURIComponent(piece);
    } catch {
      return piece;
    }
  });
  const everything = [text, unescaped, urls, decoded].join('\n');
  return [...MARKS, BORN, '1901-02-03', '010203.456789'].filter((mark) => everything.includes(mark));
}

describe('Patient data', function () {
  this.timeout(180_000);
  let archive: Archive;
  let relay: Relay;
  let service: ChildProcess | undefined;
  let sink: Server | undefined;
  const folder = scratchFolder('marked');
  const config = join(folder, 'mamori.yaml');
  /** Where each text was found. */
  const seen = new Map<string, string>();
  const studies: Record<string, string> = {};

  after(async () => {
    service?.kill('SIGKILL');
    sink?.close();
    await relay?.close();
    await archive?.close();
  });

  it('is in what the archive holds and gets back, marked so that it would be found', async () => {
    archive = await startArchive();
    relay = await startRelay(archive.url);
    const exams: Record<string, MadeInstance[]> = {
      good: markedExam('good'),
      unfetchable: markedExam('unfetchable'),
      refused: markedExam('refused'),
      damaged: markedExam('damaged', { override: { BitsStored: 40 } }),
      odd: markedExam('odd', { override: { ImageLaterality: 'X', ViewPosition: 'ZQ100' } }),
      passedOver: markedExam('passed over', { override: { StationName: 'ZQ-QCROOM' } }),
    };
    for (const [name, instances] of Object.entries(exams)) {
      studies[name] = instances[0]!.studyInstanceUID;
      for (const { bytes } of instances) archive.add(bytes);
    }
    expect(marksIn(Buffer.from(exams.good![0]!.bytes).toString('utf8'))).to.include.members(MARKS);
    const { studyInstanceUID } = exams.good![0]!;
    const answer = await fetch(`${relay.url}/studies?StudyInstanceUID=${studyInstanceUID}`);
    expect(marksIn(await answer.text())).to.include.members([MARKS[0]!, japanese(1)]);
  });

  it('is nowhere else, whatever goes wrong', async () => {
    const page = `<html>Patient ZQ100${japanese(0)} (ZQ101${japanese(1)}), born ${BORN}: no rights</html>`;
    relay.fate = (line) => {
      if (line.includes(studies.unfetchable!) && /\/instances\/[\d.]+$/.test(line))
        return { status: 404, page };
      if (line.startsWith('POST ') && line.includes(studies.refused!)) return { status: 409, page };
      return 'pass';
    };
    const port = await freePort();
    const told: string[] = [];
    sink = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      told.push(body);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(sink, 'listening');
    const bundle = await smallBundle();
    writeFileSync(
      config,
      `pacs: { url: "${relay.url}" }
poll:
  schedule: "*/2 * * * * *"
  lookbackDays: 1
  settleSeconds: 0
  exclude: { StationName: "ZQ-QC*" }
  retry: { attempts: 2, firstDelaySeconds: 1, longestDelaySeconds: 1 }
model: { bundle: ${JSON.stringify(bundle.directory)} }
ledger: { url: "sqlite:l.db" }
admin: { listen: "127.0.0.1:${port}" }
notify:
  webhook: { url: "http://127.0.0.1:${(sink.address() as AddressInfo).port}/" }
  groupSeconds: 0
  alarms: { failures: { percent: 1, leastExams: 1 }, partial: { percent: 1, leastExams: 1 } }
log: { level: trace, format: json }
`,
    );
    let log = '';
    service = spawn(process.execPath, [MAIN, 'run', '-c', config], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [service.stdout!, service.stderr!])
      stream.on('data', (text) => {
        log += text;
      });
    await untilClosed();
    const api = ['service', 'queue', 'reasons', 'day', 'exams', 'nothing'].map((path) => `/api/v1/${path}`);
    const exams = Object.values(studies).flatMap((study) => [
      `/exams/${study}`,
      `/api/v1/exams/${study}`,
      `/api/v1/exams/${study}/report`,
    ]);
    const run = async (...commands: string[][]) => {
      for (const command of commands) {
        const begin = command[0] === 'status' ? mamoriHere : mamori;
        const { out, err } = await begin(command[0]!, ...command.slice(1), '-c', config);
        seen.set(`mamori ${command.join(' ')}`, out + err);
      }
    };
    // While the service goes on: much of its time is waiting.
    const asked = run(
      ['status', '--json', '--limit', '100'],
      ['audit', 'list', '--json'],
      ...Object.values(studies).map((study) => ['status', '--study', study]),
    );
    for (const path of [
      '/',
      '/exams',
      '/metrics',
      '/health',
      '/health/ready',
      '/nowhere',
      ...api,
      ...exams,
    ]) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      seen.set(`page ${path}`, `${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
    }
    // What somebody types of a patient, too: it stands where they put it, and goes nowhere else.
    const paused = await fetch(`http://127.0.0.1:${port}/api/v1/pause`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ why: TYPED }),
    });
    expect(paused.status).to.equal(200);
    for (const path of ['/', '/metrics', '/health', '/health/ready', ...api]) {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      seen.set(`page ${path} in a pause`, await answer.text());
    }
    await asked;
    await run(['status', '--json']);
    for (let tries = 0; !log.includes('"msg":"Paused') && tries < 200; tries++) await sleep(100);
    await fetch(`http://127.0.0.1:${port}/api/v1/go-on`, { method: 'POST' });
    for (let tries = 0; told.length === 0 && tries < 200; tries++) await sleep(100);
    seen.set('notification', told.join('\n'));
    service.kill('SIGTERM');
    await once(service, 'exit');
    seen.set('log', log);
    await run(['retry', '--json'], ['process', studies.unfetchable!, '--json', '--debug']);
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      // What waits for delivery holds patient data, and is the one place that does.
      if (!entry.isFile() || file.includes('l.db-objects') || file === config) continue;
      seen.set(file, readFileSync(file, 'utf8'));
    }
    expect(told, 'notifications').to.not.be.empty;
    expect(log).to.contain(studies.good).and.to.contain('Exam closed');
    expect([...seen.keys()].filter((name) => /audit-\d+\.log|l\.db$/.test(name))).to.have.lengthOf(2);
    const found = [...seen].flatMap(([where, text]) => marksIn(text).map((mark) => `${mark} in ${where}`));
    expect(found).to.deep.equal([]);
    expect(log).to.contain('"msg":"Paused');
    const spread = [...seen].filter(([, text]) => text.includes('ZQTYPED')).map(([where]) => where);
    expect(spread).to.include('page / in a pause');
    const isItsPlace = (where: string) =>
      /^page (\/|\/api\/v1\/service) in a pause$|\/l\.db(-wal)?$/.test(where);
    expect(
      spread.filter((where) => !isItsPlace(where)),
      'beside the status page and the ledger',
    ).to.deep.equal([]);
  });

  it('is no answer in what leaves the pages and the ledger', async () => {
    const ledger = await openExistingLedger(`sqlite:${join(folder, 'l.db')}`);
    const exams = await ledger.list({ states: ['delivered'] }).finally(() => ledger.disconnect());
    const numbers = exams.flatMap(({ shortAnswer }) =>
      shortAnswer!.breasts.flatMap((breast) =>
        breast.answered ? [String(breast.probability).slice(0, 8)] : [],
      ),
    );
    expect(numbers.length).to.be.at.least(2);
    const places = [...seen].filter(([, text]) => numbers.some((number) => text.includes(number)));
    const names = places.map(([where]) => where);
    expect(names).to.include.members(['page /api/v1/exams', 'mamori status --json --limit 100']);
    const isItsPlace = (where: string) =>
      /^page \/api\/v1\/exams|^mamori status( --limit| --json|$)|\/l\.db(-wal)?$/.test(where);
    expect(names.filter((where) => !isItsPlace(where))).to.deep.equal([]);
  });

  it('is not in the audit trail, which names every object that the archive got', async () => {
    const { out } = await mamori('audit', 'verify', '--json', '-c', config);
    expect(JSON.parse(out)).to.deep.include({ problems: [] });
    const trail = [...seen].find(([name]) => /audit-\d+\.log$/.test(name))?.[1] ?? '';
    const answer = await fetch(`${archive.url}/studies/${studies.good}/instances`);
    const held = (await answer.json()) as Record<string, { Value: string[] }>[];
    const results = held.filter((instance) => !/\.5\.1\.4\.1\.1\.1\.2/.test(instance['00080016']!.Value[0]!));
    expect(results.length).to.be.greaterThan(1);
    for (const instance of results) {
      expect(trail).to.contain(`<Instance UID="${instance['00080018']!.Value[0]}"/>`);
      expect(trail).to.contain(`<SOPClass UID="${instance['00080016']!.Value[0]}"`);
    }
    for (const word of [
      'Application Start',
      'Application Stop',
      'Begin Transferring',
      'DICOM Instances Transferred',
    ])
      expect(trail).to.contain(word);
    expect(trail).to.match(new RegExp(`EventOutcomeIndicator="8".*${studies.refused}`));
  });

  async function untilClosed(): Promise<void> {
    let last: unknown;
    for (let tries = 0; tries < 450; tries++) {
      await sleep(200);
      const ledger = await openExistingLedger(`sqlite:${join(folder, 'l.db')}`).catch(() => undefined);
      if (ledger === undefined) continue;
      const exams = await ledger.list().finally(() => ledger.disconnect());
      last = exams;
      // What the archive refuses is tried again and again.
      const open = exams.filter(
        ({ studyInstanceUID, closedAt, attempts }) =>
          closedAt === undefined && (studyInstanceUID !== studies.refused || attempts < 2),
      );
      if (exams.length >= 5 && open.length === 0) return;
    }
    throw new Error(`the exams are still open: ${JSON.stringify(last)}`);
  }
});
