import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ACCESS_KINDS, type AccessKind } from './access/index.js';
import { ailments } from './health.js';
import type { StatusSnapshot } from './serviceState.js';

/**
 * The stages of one exam, in their order: images fetched and prepared, network run, heat maps explained and drawn,
 * reports written, objects kept on the disk, objects stored in the archive and read back.
 */
export const STAGES = ['prepared', 'inferred', 'rendered', 'reported', 'kept', 'delivered'] as const;

/** Seconds of wall clock that each stage took; one that did not take place is left out. */
export type StageSeconds = Partial<Record<(typeof STAGES)[number], number>>;

/** Alarms that stand, and notifications that have not arrived yet. */
export interface AlarmStatus {
  alarms: readonly { kind: string }[];
  unsent: number;
}

/** From a quick stage of a small exam to an archive that keeps the service waiting for minutes. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** What Prometheus reads of a service: how it is now, and how long its exams took since it started. */
export class Metrics {
  readonly #kept = new Registry();
  readonly #stages = new Histogram({
    name: 'mamori_exam_stage_seconds',
    help: 'How long each stage of an exam took.',
    labelNames: ['stage'],
    buckets: BUCKETS,
    registers: [this.#kept],
  });

  readonly #access = new Counter({
    name: 'mamori_access_total',
    help: 'What happened at the door of the status page.',
    labelNames: ['kind'],
    registers: [this.#kept],
  });
  readonly #notifications = new Counter({
    name: 'mamori_notifications_total',
    help: 'Tries to send a notification: sent, failed (tried again), or dropped (given up).',
    labelNames: ['channel', 'result'],
    registers: [this.#kept],
  });
  #alarms: () => AlarmStatus = () => ({ alarms: [], unsent: 0 });

  constructor() {
    // A rate wants a zero to begin with.
    for (const kind of ACCESS_KINDS) this.#access.inc({ kind }, 0);
  }

  /** Who is asked which alarms stand, for each answer. */
  watch(alarms: () => AlarmStatus): void {
    this.#alarms = alarms;
  }

  /** A notification was sent, or was not. */
  notified(channel: string, result: string): void {
    this.#notifications.inc({ channel, result });
  }

  observeAccess(kind: AccessKind): void {
    this.#access.inc({ kind });
  }

  observe(seconds: StageSeconds): void {
    for (const stage of STAGES) {
      const value = seconds[stage];
      if (value !== undefined) this.#stages.observe({ stage }, value);
    }
  }

  /** In Prometheus' text format, version 0.0.4. */
  async text(snapshot: StatusSnapshot): Promise<string> {
    return Registry.merge([gauges(snapshot), alarmGauges(this.#alarms()), this.#kept]).metrics();
  }
}

function alarmGauges({ alarms, unsent }: AlarmStatus): Registry {
  const registers = [new Registry()];
  const standing = new Gauge({
    name: 'mamori_alarms',
    help: 'Alarms that stand, by kind.',
    labelNames: ['kind'],
    registers,
  });
  for (const { kind } of alarms) standing.inc({ kind });
  new Gauge({ name: 'mamori_notifications_unsent', help: 'Notifications on their way.', registers }).set(
    unsent,
  );
  return registers[0]!;
}

/** Made for each answer, so that nothing is said of what is not known now: a gauge that stayed would say 0. */
function gauges(snapshot: StatusSnapshot): Registry {
  const { service, pacs, model, counts } = snapshot;
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number, labels: Record<string, string> = {}) =>
    new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] }).set(labels, value);

  gauge('mamori_info', 'What runs here; always 1.', 1, {
    version: snapshot.version,
    model: model.name,
    model_version: model.version,
    engine: model.engine,
    device: model.device,
  });
  gauge('mamori_healthy', '1 when the service can do its work.', ailments(snapshot).length === 0 ? 1 : 0);
  gauge('mamori_start_time_seconds', 'When the service started, since 1970.', seconds(snapshot.startedAt));
  gauge('mamori_working', '1 while exams are worked on.', service.state === 'working' ? 1 : 0);
  if (snapshot.queue !== undefined)
    gauge('mamori_queue_exams', 'Exams that could be worked on and are not yet.', snapshot.queue);
  gauge('mamori_paused', '1 while no exam is taken up, by order.', snapshot.pausing === undefined ? 0 : 1);
  const answers = snapshot.ledger.problem === undefined;
  gauge(
    'mamori_ledger_reachable',
    '1 when the ledger answers; else what is told of exams is old.',
    answers ? 1 : 0,
  );
  const exams = new Gauge({
    name: 'mamori_exams',
    help: 'Exams in the ledger by state.',
    labelNames: ['state'],
    registers: [registry],
  });
  for (const [state, count] of Object.entries(counts)) exams.set({ state }, count);
  if (snapshot.recent !== undefined) {
    const { ended, failed, partial } = snapshot.recent;
    const name = 'mamori_recent_exams';
    const help = 'The latest exams that ended in the last 24 hours, or are to be tried again.';
    const recent = new Gauge({ name, help, labelNames: ['result'], registers: [registry] });
    recent.set({ result: 'answered' }, ended - failed - partial);
    recent.set({ result: 'partial' }, partial);
    recent.set({ result: 'failed' }, failed);
  }
  gauge('process_resident_memory_bytes', 'Resident memory of the service.', process.memoryUsage.rss());
  if (pacs.reachable !== undefined)
    gauge('mamori_pacs_reachable', '1 when the PACS answered last time.', pacs.reachable ? 1 : 0);
  const passedOver = new Gauge({
    name: 'mamori_studies_passed_over',
    help: 'Studies of the last look that poll.include or poll.exclude pass over.',
    labelNames: ['setting'],
    registers: [registry],
  });
  for (const [setting, count] of Object.entries(service.lastCycle?.passedOver ?? {}))
    passedOver.set({ setting }, count);
  if (pacs.leftAlone !== undefined)
    gauge('mamori_pacs_left_alone', '1 while the PACS is not asked, with the code of the reason.', 1, {
      reason: pacs.leftAlone.code,
    });
  if (service.lastCycle !== undefined)
    gauge(
      'mamori_last_cycle_end_seconds',
      'When the PACS was last looked at, since 1970.',
      seconds(service.lastCycle.endedAt),
    );
  return registry;
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}
