import { monitorEventLoopDelay } from 'node:perf_hooks';
import { defaultSettings } from '../src/config/index.js';
import { asUid } from '../src/dicom/index.js';
import { openService } from '../src/service/service.js';

/**
 * The service under measurement, in a process of its own: told a study by its parent, it sees the exam through as
 * `mamori process --force` does, and tells times and memory.
 */
export interface ExamOrder {
  study: string;
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

process.on('message', async ({ study }: ExamOrder) => {
  eventLoop.reset();
  const before = process.cpuUsage();
  const start = performance.now();
  const [report] = await service.poller.process([asUid(study)], { force: true });
  const totalMs = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const { end, outcome, objects, times } = report!;
  const measured: ExamMeasurement = {
    totalMs,
    stages: { ...outcome!.times, kept: times.kept, delivered: times.delivered },
    cpuMs: (user + system) / 1000,
    // What is recorded is the time between two turns, of which the timer itself takes so much.
    longestBlockMs: Math.max(0, eventLoop.max / 1e6 - RESOLUTION_MS),
    objects,
    end,
    memoryBytes: process.memoryUsage().rss,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.send!(measured);
});
process.on('disconnect', () => void service.close().then(() => process.exit(0)));
