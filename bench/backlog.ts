import { dicomDate } from '../src/dicom/index.js';
import type { MadeInstance } from '../src/phantom/index.js';
import { renamedInstance, replaceInHeader } from '../test/fixtures/index.js';
import type { Orthanc } from '../test/pacs/orthanc.js';
import type { BacklogMeasurement } from './examProcess.js';
import { processMs } from './processorTime.js';

/** Of the exam that all others are copies of: long ago, so that no look finds it. */
export const BENCH_DATE = '20260301';

/** What a backlog is measured with: the service at work on an archive, and the archive's own side door. */
export interface BacklogParts {
  orthanc: Orthanc;
  /** Full-size exams that wait together. */
  exams: number;
  store(instances: readonly MadeInstance[]): Promise<void>;
  work(): Promise<BacklogMeasurement>;
  removeResults(measured: BacklogMeasurement): Promise<void>;
}

/**
 * Exams that wait together, seen through by one cycle of the service, beside one exam alone. On a machine of two cores
 * the archive's processor time counts as well: what both need, shared by all cores, is the least that an exam can take.
 *
 * @param like an exam whose pixels they all have
 * @param cores that share the work
 */
export async function measureBacklog(
  like: readonly MadeInstance[],
  singleMs: number,
  cores: number,
  { orthanc, exams, store, work, removeResults }: BacklogParts,
): Promise<void> {
  for (let copy = 1; copy <= exams; copy++) await store(copyOf(like, copy));
  const before = processMs(orthanc.pid);
  const measured = await work();
  const archiveMs = (processMs(orthanc.pid) - before) / exams;
  await removeResults(measured);
  const delivered = measured.ends.filter((end) => end === 'delivered').length;
  if (delivered !== exams) throw new Error(`Of ${exams} exams ${delivered} were delivered`);
  const each = measured.totalMs / exams;
  const own = measured.cpuMs / exams;
  const floor = (own + archiveMs) / cores;
  const megabytes = (measured.peakBytes / 1e6).toFixed(0);
  console.log(`| a backlog of ${exams} exams | |\n|---|---|`);
  console.log(`| wall clock for each exam | ${each.toFixed(0)} ms |`);
  console.log(`| its rate beside the single exam's | ${(singleMs / each).toFixed(2)} × |`);
  console.log(
    `| the most that this can be: the processors never idle | ${(singleMs / floor).toFixed(2)} × |`,
  );
  console.log(`| how busy the processors were with both | ${((100 * floor) / each).toFixed(0)} % |`);
  console.log(`| processor time for each exam, service | ${own.toFixed(0)} ms |`);
  console.log(`| of that, on the service's main thread | ${(measured.mainThreadMs / exams).toFixed(0)} ms |`);
  console.log(`| the same, Orthanc | ${archiveMs.toFixed(0)} ms |`);
  console.log(`| both, shared by ${cores} cores | ${floor.toFixed(0)} ms |`);
  console.log(`| longest turn of the event loop | ${measured.longestBlockMs.toFixed(0)} ms |`);
  console.log(`| peak memory | ${megabytes} MB |\n`);
}

/** The same pixels under names of their own, of today. */
function copyOf(exam: readonly MadeInstance[], copy: number): MadeInstance[] {
  return exam.map((made) => {
    const instance = renamedInstance(made, copy);
    replaceInHeader(instance.bytes, BENCH_DATE, dicomDate(new Date()));
    return instance;
  });
}
