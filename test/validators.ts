import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * The real validators, run on what Mamori writes: dcmtk's dcmftest, dcmdump and dsrdump, dicom3tools' dciodvfy, and
 * PixelMed's SR template validator. Each knows what the others do not: dciodvfy the IODs and relationships, PixelMed
 * the templates (not the language, tracking UIDs and procedure code of TID 1500: tests ask for those themselves).
 */

const PIXELMED = '/usr/share/java/pixelmed.jar';
const SR_TEMPLATES = fileURLToPath(new URL('../../test/validators/SrTemplates.java', import.meta.url));
const SR_CLASS = '1.2.840.10008.5.1.4.1.1.88.';
const ROOT_RECOGNISED = 'Root Template Validation Complete';

/** What one validator says of one file, in its own words. */
export interface Verdict {
  validator: 'dcmftest' | 'dcmdump' | 'dciodvfy' | 'dsrdump' | 'pixelmed';
  /** Name of the file, as given. */
  file: string;
  errors: string[];
  warnings: string[];
}

/** What `validate` runs. */
export const VALIDATORS = ['dcmftest', 'dcmdump', 'dciodvfy', 'dsrdump', 'java', PIXELMED];

/**
 * Every validator that applies to each file: one call for many, because PixelMed takes seconds to start.
 *
 * @param options.templates `false` leaves PixelMed out, which takes seconds for each report: for files whose trees
 * others have already
 */
export async function validate(
  files: Record<string, Uint8Array>,
  options: { templates?: boolean } = {},
): Promise<Verdict[]> {
  const directory = await mkdtemp(join(tmpdir(), 'mamori-validate-'));
  try {
    const paths = new Map<string, string>();
    for (const [name, bytes] of Object.entries(files)) {
      const path = join(directory, `${paths.size}.dcm`);
      await writeFile(path, bytes);
      paths.set(path, name);
    }
    const reports: string[] = [];
    const verdicts: Verdict[] = [];
    for (const [path, file] of paths) {
      const isReport = await hasReportClass(path);
      if (isReport) reports.push(path);
      verdicts.push(...(await structureVerdicts(path, file, isReport)));
    }
    return options.templates === false
      ? verdicts
      : [...verdicts, ...(await templateVerdicts(reports, paths))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * What dicom3tools' dcentvfy says against files of one study taken together: a patient, a study or a series that two of
 * them describe differently.
 */
export async function contradictions(files: readonly Uint8Array[]): Promise<string[]> {
  const directory = await mkdtemp(join(tmpdir(), 'mamori-entities-'));
  try {
    const paths = files.map((_, i) => join(directory, `${i}.dcm`));
    await Promise.all(paths.map((path, i) => writeFile(path, files[i]!)));
    const { status, stdout, stderr } = await run('dcentvfy', paths);
    const errors = `${stdout}\n${stderr}`.split(/\r?\n/).filter((line) => /^Error/.test(line));
    return status !== 0 && errors.length === 0 ? [`ended with ${status}: ${stdout}${stderr}`] : errors;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The text of a report as dsrdump shows it. */
export async function dumpReport(bytes: Uint8Array): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'mamori-dsrdump-'));
  try {
    const path = join(directory, 'report.dcm');
    await writeFile(path, bytes);
    return (await run('dsrdump', ['+Pl', '+Pn', path])).stdout;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function structureVerdicts(path: string, file: string, isReport: boolean): Promise<Verdict[]> {
  const ftest = await run('dcmftest', [path]);
  const dump = await run('dcmdump', ['-q', '-E', path]);
  const iod = await run('dciodvfy', ['-new', path]);
  const verdicts: Verdict[] = [
    verdict('dcmftest', file, ftest, ftest.stdout, /^no:/, /^W:/),
    verdict('dcmdump', file, dump, dump.stderr, /^[EF]:/, /^W:/),
    verdict(
      'dciodvfy',
      file,
      iod,
      `${iod.stdout}\n${iod.stderr}`,
      /^Error|unrecognized|Information Object Not found|not recognized/,
      /^Warning/,
    ),
  ];
  if (isReport) {
    const report = await run('dsrdump', [path]);
    verdicts.push(verdict('dsrdump', file, report, report.stderr, /^[EF]:/, /^W: /));
  }
  return verdicts;
}

function verdict(
  validator: Verdict['validator'],
  file: string,
  outcome: Outcome,
  text: string,
  error: RegExp,
  warning: RegExp,
): Verdict {
  const lines = text.split(/\r?\n/);
  const errors = lines.filter((line) => error.test(line));
  if (outcome.status !== 0 && errors.length === 0) errors.push(`ended with ${outcome.status}: ${text}`);
  return { validator, file, errors, warnings: lines.filter((line) => warning.test(line)) };
}

async function templateVerdicts(reports: string[], names: Map<string, string>): Promise<Verdict[]> {
  if (reports.length === 0) return [];
  // JDK 17 limits what an XPath may be and PixelMed's rules exceed it; its machine's default stack is too small too.
  const limits = ['ExprGrpLimit', 'ExprOpLimit', 'TotalOpLimit'].map((name) => `-Djdk.xml.xpath${name}=0`);
  const { stdout, stderr } = await run('java', [
    // What its many threads for memory take of other tests' processors is more than they save.
    '-XX:+UseSerialGC',
    '-Xss4m',
    ...limits,
    '-cp',
    PIXELMED,
    SR_TEMPLATES,
    ...reports,
  ]);
  return reports.map((path) => {
    const lines = section(stdout, path);
    const errors = lines.filter((line) => /^Error|illegal relationship|unrecognized|Exception/.test(line));
    // It ends well whatever it finds, and says nothing of a root that it does not know.
    if (!lines.some((line) => line.includes(ROOT_RECOGNISED)))
      errors.push(`no template was checked: ${stderr}`);
    return {
      validator: 'pixelmed',
      file: names.get(path) ?? path,
      errors,
      warnings: lines.filter((line) => /^Warning/.test(line)),
    };
  });
}

function section(output: string, path: string): string[] {
  const lines = output.split(/\r?\n/);
  const start = lines.indexOf(`@@FILE ${path}`) + 1;
  if (start === 0) return [];
  const end = lines.findIndex((line, index) => index >= start && line.startsWith('@@FILE '));
  return lines.slice(start, end < 0 ? undefined : end);
}

async function hasReportClass(path: string): Promise<boolean> {
  const { stdout } = await run('dcmdump', ['-q', '-Un', '+P', '0008,0016', path]);
  return stdout.includes(`[${SR_CLASS}`);
}

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Validators say by their exit status what they think of a file: that is no reason to throw. */
function run(program: string, args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 64 << 20, encoding: 'latin1' }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
