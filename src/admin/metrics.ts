import { ailments } from './health.js';
import type { StatusSnapshot } from './serviceState.js';

type Sample = [labels: Record<string, string>, value: number];

/** The snapshot in Prometheus' text format, version 0.0.4. */
export function metricsText(snapshot: StatusSnapshot): string {
  const { service, pacs, model, counts } = snapshot;
  const metrics: [name: string, help: string, samples: Sample[]][] = [
    [
      'mamori_info',
      'What runs here; always 1.',
      [
        [
          {
            version: snapshot.version,
            model: model.name,
            model_version: model.version,
            engine: model.engine,
            device: model.device,
          },
          1,
        ],
      ],
    ],
    [
      'mamori_healthy',
      '1 when the service can do its work.',
      [[{}, ailments(snapshot).length === 0 ? 1 : 0]],
    ],
    [
      'mamori_start_time_seconds',
      'When the service started, since 1970.',
      [[{}, seconds(snapshot.startedAt)]],
    ],
    ['mamori_working', '1 while exams are worked on.', [[{}, service.state === 'working' ? 1 : 0]]],
    ['mamori_queue_exams', 'Exams that could be worked on and are not yet.', [[{}, snapshot.queue]]],
    [
      'mamori_exams',
      'Exams in the ledger by state.',
      Object.entries(counts).map(([state, count]) => [{ state }, count]),
    ],
    ['process_resident_memory_bytes', 'Resident memory of the service.', [[{}, process.memoryUsage.rss()]]],
  ];
  if (pacs.reachable !== undefined) {
    metrics.push([
      'mamori_pacs_reachable',
      '1 when the PACS answered last time.',
      [[{}, pacs.reachable ? 1 : 0]],
    ]);
  }
  if (service.lastCycle !== undefined) {
    metrics.push([
      'mamori_last_cycle_end_seconds',
      'When the PACS was last looked at, since 1970.',
      [[{}, seconds(service.lastCycle.endedAt)]],
    ]);
  }
  return metrics
    .map(([name, help, samples]) => {
      const lines = samples.map(([labels, value]) => `${name}${labelText(labels)} ${value}`);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines, ''].join('\n');
    })
    .join('');
}

function labelText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function seconds(date: Date): number {
  return date.getTime() / 1000;
}
