import { Command } from 'commander';
import type { Settings } from '../config/index.js';
import type { StudyInstanceUID } from '../dicom/index.js';
import type { DicomWeb } from '../dicomweb/index.js';
import type { ReportKind } from '../exam/index.js';
import type { MadeInstance } from '../phantom/index.js';
import type { ExamReport } from '../poller/index.js';
import type { Service } from '../service/index.js';
import { jsonOption } from './options.js';
import type { ResultFile } from './resultFiles.js';

interface Options {
  once?: true;
  model?: string;
  keep?: string;
  json?: true;
}

/** `mamori demo`: everything on one machine. */
export const demoCommand = new Command('demo')
  .description('everything on one machine: an embedded archive, a made exam, one cycle, the status page')
  .option('--once', 'end after the cycle')
  .option('--model <bundle>', 'model bundle (default: the one that comes with Mamori)')
  .option('--keep <folder>', 'leave the report and the heat maps in this folder')
  .addOption(jsonOption())
  .action(demo);

async function demo({ once, model, keep, json }: Options): Promise<void> {
  const [
    { checkResultPlace, makeResultFolder },
    { bundleFolder, defaultSettings },
    { REPORTS },
    made,
    { join },
  ] = await Promise.all([
    import('./resultFiles.js'),
    import('../config/index.js'),
    import('../exam/index.js'),
    import('../demo/index.js'),
    import('node:path'),
  ]);
  const say = (text: string) => {
    if (!json) console.log(text);
  };
  const folder = await passingFolder();
  const exam = made.demoExam(new Date());
  if (keep !== undefined) {
    await makeResultFolder(keep);
    await checkResultPlace(keep, exam[0]!.studyInstanceUID);
  }
  for (const signal of SIGNALS) process.once(signal, stopEarly);
  const archive = await made.startArchive();
  try {
    say(`A DICOMweb archive listens on ${archive.url}`);
    const settings = defaultSettings(archive.url, folder);
    // That its ledger is new, for one, is no news here.
    settings.log.level = 'error';
    settings.outputs.reports = Object.keys(REPORTS) as ReportKind[];
    if (model !== undefined) settings.model.bundle = bundleFolder(model, process.cwd());
    // A demo that ends at once leaves no time to look: then there are files only where they stay.
    const results = keep ?? (once ? undefined : join(folder, 'results'));
    const stayUp = once ? undefined : (service: Service) => keepStatusPageUp(service, settings, say);
    await showAll({ exam, settings, results, stayUp, json: json === true, say });
  } finally {
    await archive.close();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const stopEarly = () => process.exit(1);

/** A folder that is removed when the process ends, unless it is killed outright. */
async function passingFolder(): Promise<string> {
  const [{ mkdtempSync, rmSync }, { tmpdir }, { join }] = await Promise.all([
    import('node:fs'),
    import('node:os'),
    import('node:path'),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'mamori-demo-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Show {
  exam: MadeInstance[];
  settings: Settings;
  /** Where the results are put to be looked at. */
  results: string | undefined;
  /** What keeps the demo up after the cycle. */
  stayUp: ((service: Service) => Promise<void>) | undefined;
  json: boolean;
  say(text: string): void;
}

async function showAll({ exam: made, settings, results, stayUp, json, say }: Show): Promise<void> {
  const [{ openLog }, { openService }, text, { EXIT }] = await Promise.all([
    import('../service/index.js'),
    import('../service/index.js'),
    import('./outcomeText.js'),
    import('./outcome.js'),
  ]);
  const service = await openService(settings, openLog(settings));
  try {
    const views = await storeMadeExam(service.pacs, made);
    say(`A made exam of an invented patient is stored in it: ${[...views.values()].join(', ')}`);
    const { bundle, engine } = service;
    say(`${bundle.name} ${bundle.version} looks at it (${engine.name}, ${engine.device}) …\n`);
    const cycles = await service.poller.untilDone(() => {});
    const exam = cycles.flatMap(({ exams }) => exams)[0];
    if (exam?.outcome === undefined || exam.end !== 'delivered') process.exitCode = EXIT.trouble;
    if (exam?.outcome !== undefined) {
      // The made images are named by nothing but their view, which begins each line.
      const name = (uid: string) => (views.has(uid) ? '' : uid);
      say(text.outcomeText(exam.outcome, service.bundle, name));
    } else say(exam?.reason?.reason ?? cycles.at(-1)?.problems[0]?.reason ?? 'The exam was not found.');

    const study = exam?.studyInstanceUID ?? '';
    const files =
      results === undefined ? [] : await fetchResults(service.pacs, study, exam?.objects ?? [], results);
    if (files.length > 0) say(`\nWhere to look (read back from the archive, study ${study}):`);
    else say('\n--keep FOLDER leaves the report and the heat maps in a folder.');
    for (const file of files) say(`  ${file}`);
    if (json) console.log(JSON.stringify({ archive: settings.pacs.qidoUrl, study, end: exam?.end, files }));
    await stayUp?.(service);
  } finally {
    await service.close();
  }
}

/** Stores the exam over the network, as a modality's gateway would. Answers what each instance shows. */
async function storeMadeExam(pacs: DicomWeb, exam: MadeInstance[]): Promise<Map<string, string>> {
  await pacs.store(exam[0]!.studyInstanceUID, exam);
  return new Map(exam.map(({ sopInstanceUID, view }) => [sopInstanceUID, view]));
}

/** The results as the archive gives them back: objects as files, and the pictures in them as PNG. */
async function fetchResults(
  pacs: DicomWeb,
  study: StudyInstanceUID,
  objects: ExamReport['objects'],
  folder: string,
): Promise<string[]> {
  const [{ writeAll }, { join }, { capturePicture, overlayPng }] = await Promise.all([
    import('./resultFiles.js'),
    import('node:path'),
    import('../pictures/index.js'),
  ]);
  const held = await pacs.instances(study);
  const files: ResultFile[] = [];
  for (const { name, sopInstanceUID } of objects) {
    const { seriesInstanceUID } = held.find((instance) => instance.sopInstanceUID === sopInstanceUID)!;
    const bytes = await pacs.retrieveInstance(study, seriesInstanceUID, sopInstanceUID);
    files.push({ name: `${name}.dcm`, bytes: () => bytes });
    const picture = capturePicture(bytes);
    if (picture === undefined) continue;
    files.push({ name: `${name}.png`, bytes: () => overlayPng(picture) });
  }
  if (files.length > 0) await writeAll(study, files, folder);
  return files.map(({ name }) => join(folder, name));
}

async function keepStatusPageUp(
  service: Service,
  settings: Settings,
  say: (text: string) => void,
): Promise<void> {
  const [{ startAdmin }, { openLog, statusOf }, { toldToStop }] = await Promise.all([
    import('../admin/index.js'),
    import('../service/index.js'),
    import('./stopSignal.js'),
  ]);
  const { source, desk } = statusOf(service, settings, openLog(settings));
  const stopped = toldToStop();
  for (const signal of SIGNALS) process.off(signal, stopEarly);
  // Any free port: the usual one may belong to a real Mamori on this machine.
  const listen = { host: '127.0.0.1', port: 0 };
  const admin = await startAdmin({ listen, desk }, source);
  service.poller.start(settings.poll.schedule);
  say(`\nStatus page: ${admin.url}   (the service goes on polling; Ctrl-C ends it)`);
  await stopped;
  await admin.close();
}
