import { monitorEventLoopDelay } from 'node:perf_hooks';
import { defaultSettings } from '../src/config/index.js';
import { asUid } from '../src/dicom/index.js';
import { openService } from '../src/service/service.js';
import { mainThreadMs } from './processorTime.js';

/**
 * The service under measurement, in a process of its own: told a study by its parent, it sees the exam through as
 * `mamori process --force` does, and tells times and memory.
 */
export interface ExamOrder {
  study: string;
}

/** All that waits in the archive, as a cycle of the service sees it through. */
export interface BacklogOrder {
  backlog: true;
}

export interface BacklogMeasurement {
  /** From the beginning of the cycle to its end: the listing, and every exam closed. */
  totalMs: number;
  /** How each exam ended. */
  ends: string[];
  objects: { sopInstanceUID: string; bytes: number }[];
  cpuMs: number;
  /** Of that, in the thread of the event loop. */
  mainThreadMs: number;
  longestBlockMs: number;
  peakBytes: number;
}

export interface ExamMeasurement {
  /** From the order to the closed exam, every object read back. */
  totalMs: number;
  /** When each stage was done, in ms since its start. */
  stages: {
    prepared: number;
    inferred: number;
    rendered: number;
    reported: number;
    kept: number;
    delivered: number;
  };
  /** Processor time of all threads, user and system. */
  cpuMs: number;
  /** The longest that the event loop did not turn. */
  longestBlockMs: number;
  objects: { sopInstanceUID: string; bytes: number }[];
  end: string;
  /** Resident memory now, and the most it has ever been. */
  memoryBytes: number;
  peakBytes: number;
}

const [url, username, password, folder, bundle] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const settings = defaultSettings(url, folder);
settings.pacs.auth = { type: 'basic', username, password };
settings.model.bundle = bundle;
settings.log.level = 'error';
const silent = () => {};
const service = await openService(settings, {
  debug: silent,
  info: silent,
  warn: console.error,
  error: console.error,
});
const RESOLUTION_MS = 5;
const eventLoop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
eventLoop.enable();
process.send!('ready');

process.on('message', async (order: ExamOrder | BacklogOrder) => {
  process.send!('study' in order ? await oneExam(order.study) : await backlog());
});

async function oneExam(study: string): Promise<ExamMeasurement> {
  const measured = await measure(() => service.poller.process([asUid(study)], { force: true }));
  const { end, outcome, objects, times } = measured.result[0]!;
  return {
    ...measured.figures,
    stages: { ...outcome!.times, kept: times.kept, delivered: times.delivered },
    objects,
    end,
    memoryBytes: process.memoryUsage().rss,
  };
}

async function backlog(): Promise<BacklogMeasurement> {
  const { result, figures } = await measure(() => service.poller.cycle());
  const objects = result.exams.flatMap((exam) => exam.objects);
  return { ...figures, ends: result.exams.map(({ end }) => end), objects };
}

async function measure<T>(work: () => Promise<T>) {
  eventLoop.reset();
  const before = process.cpuUsage();
  const mainBefore = mainThreadMs();
  const start = performance.now();
  const result = await work();
  const totalMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const figures = {
    totalMs,
    cpuMs: (user + system) / 1000,
    mainThreadMs: mainThreadMs() - mainBefore,
    // What is recorded is the time between two turns, of which the timer itself takes so much.
    longestBlockMs: Math.max(0, eventLoop.max / 1e6 - RESOLUTION_MS),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  return { result, figures };
}
process.on('disconnect', () => void service.close().then(() => process.exit(0)));
