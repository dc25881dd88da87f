import { Command } from 'commander';
import type { SeriesInstanceUID, SOPClassUID, SOPInstanceUID, StudyInstanceUID } from '../dicom/index.js';
import type { ExamInstance } from '../exam/index.js';
import { jsonOption } from './options.js';

interface Options {
  out: string;
  config?: string;
  model?: string;
  json?: true;
}

/** `mamori analyze`: DICOM files in, objects and pictures out, without a PACS. */
export const analyzeCommand = new Command('analyze')
  .description(
    'analyse DICOM files without a PACS: the objects of every kind that is switched on and PNG previews into a folder',
  )
  .argument('<file...>', 'DICOM files of one exam or several')
  .requiredOption('--out <dir>', 'folder for the results; a folder for each study where there are several')
  .option(
    '-c, --config <file>',
    'settings file: which objects to write, by which model (default: the defaults)',
  )
  .option('--model <bundle>', "model bundle, in place of the settings'")
  .addOption(jsonOption())
  .action(analyze);

interface Exam {
  studyInstanceUID: StudyInstanceUID;
  instances: ExamInstance[];
}

interface Unreadable {
  file: string;
  code: string;
  reason: string;
}

async function analyze(files: string[], { out, config, model, json }: Options): Promise<void> {
  const [
    { join },
    { bundleFolder, defaultSettings, loadSettings },
    { openWorkbench },
    { processExam },
    results,
    text,
    { EXIT },
    { leftOutByClass },
  ] = await Promise.all([
    import('node:path'),
    import('../config/index.js'),
    import('../service/index.js'),
    import('../exam/index.js'),
    import('./resultFiles.js'),
    import('./outcomeText.js'),
    import('./outcome.js'),
    import('../dicom/index.js'),
  ]);
  // No archive is spoken to; without a settings file its address stands for none.
  const settings = config === undefined ? defaultSettings('http://localhost') : loadSettings(config);
  if (model !== undefined) settings.model.bundle = bundleFolder(model, process.cwd());

  const { exams, unreadable, fileOf } = await readExams(files);
  const studies = exams.map((exam) => exam.studyInstanceUID);
  if (studies.length > 0) await results.makeResultFolder(out);
  if (studies.length > 1) await results.checkResultPlaces(out, studies);
  for (const study of studies.length === 1 ? studies : []) await results.checkResultPlace(out, study);
  const { bench, close } = await openWorkbench(settings);
  try {
    const told: object[] = [];
    for (const { file, reason } of unreadable) if (!json) console.log(`Left out ${file}: ${reason}`);
    for (const { studyInstanceUID, instances } of exams) {
      const outcome = await processExam(instances, bench, {
        createdAt: new Date(),
        predecessors: [],
        previews: true,
      });
      const folder = exams.length > 1 ? join(out, studyInstanceUID) : out;
      const written = await results.writeResultFiles(studyInstanceUID, outcome, folder);
      const name = (uid: string) => fileOf.get(uid) ?? uid;
      told.push({
        studyInstanceUID,
        ...text.outcomeJson(
          outcome,
          written.map((file) => join(folder, file)),
        ),
      });
      if (!json) {
        if (exams.length > 1) console.log(`\nStudy ${studyInstanceUID}`);
        console.log(text.outcomeText(outcome, bench.bundle, name));
        if (written.length > 0) console.log(`Written to ${folder}: ${written.join(', ')}`);
      }
      // A magnification view or a superseded raw image is left out as it should be; what is not a mammogram was named
      // by mistake.
      const strayed = outcome.leftOut.some(
        (left) => left.code === 'not-a-mammogram' || leftOutByClass(left.sopClassUID) !== undefined,
      );
      if (outcome.status !== 'analysed' || strayed) process.exitCode = EXIT.trouble;
    }
    if (unreadable.length > 0) process.exitCode = EXIT.trouble;
    if (json) console.log(JSON.stringify({ exams: told, unreadable }));
  } finally {
    await close();
  }
}

/** Files by the study that they name; a file that is not DICOM, or does not tell its study, is not lost but named. */
async function readExams(
  files: string[],
): Promise<{ exams: Exam[]; unreadable: Unreadable[]; fileOf: Map<string, string> }> {
  const [{ readFile }, { readPart10, usableUid }, { MamoriError }, { CommandError }] = await Promise.all([
    import('node:fs/promises'),
    import('../dicom/index.js'),
    import('../errors.js'),
    import('./errors.js'),
  ]);
  const exams = new Map<StudyInstanceUID, ExamInstance[]>();
  const unreadable: Unreadable[] = [];
  const fileOf = new Map<string, string>();
  for (const file of files) {
    try {
      const { dataset } = readPart10(await readFile(file));
      const studyInstanceUID = usableUid<StudyInstanceUID>(dataset.string('StudyInstanceUID'));
      const seriesInstanceUID = usableUid<SeriesInstanceUID>(dataset.string('SeriesInstanceUID'));
      const sopInstanceUID = usableUid<SOPInstanceUID>(dataset.string('SOPInstanceUID'));
      if (studyInstanceUID === undefined || seriesInstanceUID === undefined || sopInstanceUID === undefined) {
        throw new CommandError('dicom-without-uids', 'It does not tell its study, series and instance UID.');
      }
      fileOf.set(sopInstanceUID, file);
      const instances = exams.get(studyInstanceUID) ?? [];
      exams.set(studyInstanceUID, instances);
      instances.push({
        studyInstanceUID,
        seriesInstanceUID,
        sopInstanceUID,
        sopClassUID: usableUid<SOPClassUID>(dataset.string('SOPClassUID')) ?? '',
        fetch: async () => new Uint8Array(await readFile(file)),
      });
    } catch (error) {
      if (error instanceof MamoriError) unreadable.push({ file, code: error.code, reason: error.message });
      else unreadable.push({ file, code: 'file-unreadable', reason: systemReason(error) });
    }
  }
  const found = [...exams].map(([studyInstanceUID, instances]) => ({ studyInstanceUID, instances }));
  return { exams: found, unreadable, fileOf };
}

function systemReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'There is no such file.';
  if (code === 'EISDIR') return 'It is a folder; name the files in it.';
  return `The file cannot be read (${code ?? 'unknown'}).`;
}
