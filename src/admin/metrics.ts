import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ShortAnswer } from '../findings/index.js';
import { ACCESS_KINDS, type AccessKind } from './access/index.js';
import { ailments } from './health.js';
import type { StatusSnapshot } from './serviceState.js';

/**
 * The stages of one exam, in their order: images fetched and prepared, network run, heat maps made and drawn, reports
 * written, objects kept on the disk, stored in the archive and read back; and all of it together.
 */
export const STAGES = [
  'fetch',
  'prepare',
  'network',
  'explain',
  'draw',
  'report',
  'keep',
  'store',
  'readBack',
  'whole',
] as const;

/** Seconds of wall clock that each stage took; one that did not take place is left out. */
export type StageSeconds = Partial<Record<(typeof STAGES)[number], number>>;

/** What a breast got when its exam was answered. */
const BREAST_ANSWERS = ['at-or-above', 'below', 'not-analysed'] as const;

/** What notification knows: alarms that stand, messages that have not arrived yet, and what it looks at for them. */
export interface AlarmStatus {
  alarms: readonly { kind: string }[];
  unsent: number;
  disks?: readonly { place: string; freeMegabytes: number; totalMegabytes: number }[] | undefined;
  certificates?: readonly { of: string; until: Date }[] | undefined;
}

/** From a quick stage of a small exam to an archive that keeps the service waiting for minutes. */
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

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

  readonly #breasts: Counter | undefined;

  readonly #access = new Counter({
    name: 'mamori_access_total',
    help: 'What happened at the door of the status page.',
    labelNames: ['kind'],
    registers: [this.#kept],
  });
  readonly #notifications = new Counter({
    name: 'mamori_notifications_total',
    help: 'Tries to send a notification: sent, sent-in-part (some got none), failed (tried again), dropped (given up).',
    labelNames: ['channel', 'result'],
    registers: [this.#kept],
  });
  #alarms: () => AlarmStatus = () => ({ alarms: [], unsent: 0 });

  /**
   * Each from 0 on: of a counter that comes into being at 1, with the first exam, the increase cannot be told.
   *
   * @param answers whether it is told how many breasts lie on which side of the operating point
   */
  constructor({ answers = true }: { answers?: boolean } = {}) {
    for (const stage of STAGES) this.#stages.zero({ stage });
    if (answers) {
      this.#breasts = new Counter({
        name: 'mamori_breasts_total',
        help: 'Breasts of exams that were answered, by the side of the operating point that the answer lies on.',
        labelNames: ['answer'],
        registers: [this.#kept],
      });
      for (const answer of BREAST_ANSWERS) this.#breasts.inc({ answer }, 0);
    }
    for (const kind of ACCESS_KINDS) this.#access.inc({ kind }, 0);
    for (const channel of ['webhook', 'email'])
      for (const result of ['sent', 'sent-in-part', 'failed', 'dropped'])
        this.#notifications.inc({ channel, result }, 0);
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

  /** An exam was closed with an answer. Counted are sides of the operating point alone: no number, no name. */
  answered({ breasts }: ShortAnswer): void {
    for (const breast of breasts)
      this.#breasts?.inc({
        answer: breast.answered ? (breast.positive ? 'at-or-above' : 'below') : 'not-analysed',
      });
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

function alarmGauges({ alarms, unsent, disks = [], certificates = [] }: AlarmStatus): Registry {
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
  const megabyte = 1024 * 1024;
  const disk = { labelNames: ['place'], registers };
  const free = new Gauge({ name: 'mamori_disk_free_bytes', help: 'Free where the ledger lies.', ...disk });
  const size = new Gauge({
    name: 'mamori_disk_size_bytes',
    help: 'Of the disk where the ledger lies.',
    ...disk,
  });
  for (const { place, freeMegabytes, totalMegabytes } of disks) {
    free.set({ place }, freeMegabytes * megabyte);
    size.set({ place }, totalMegabytes * megabyte);
  }
  const expiry = new Gauge({
    name: 'mamori_certificate_expiry_seconds',
    help: 'When a certificate expires, its chain included, since 1970.',
    labelNames: ['of'],
    registers,
  });
  for (const { of, until } of certificates) expiry.set({ of }, seconds(until));
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
  gauge('mamori_audit_kept', '1 when what is done can be noted.', snapshot.audit === undefined ? 1 : 0);
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
  gauge(
    'mamori_pacs_breaker_open',
    '1 while the PACS is not asked, after an outage or a refusal.',
    pacs.leftAlone === undefined ? 0 : 1,
  );
  const leftAlone = new Gauge({
    name: 'mamori_pacs_left_alone',
    help: '1 while the PACS is not asked, with the code of the reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  if (pacs.leftAlone !== undefined) leftAlone.set({ reason: pacs.leftAlone.code }, 1);
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
