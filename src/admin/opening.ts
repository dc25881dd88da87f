import type { AdminServer } from './listener.js';
import type { Metrics } from './metrics.js';
import type { AdminOptions } from './server.js';
import type { StatusSource } from './serviceState.js';

/*
 * What only a running service needs. Express and what stands on it, and the counters of Prometheus, take a third of a
 * second to load: they are loaded when they are opened, so that commands which want no more than this room's words are
 * quick.
 */

/**
 * Counters that a service begins with.
 *
 * @param options as `Metrics` takes them
 */
export async function openMetrics(options?: ConstructorParameters<typeof Metrics>[0]): Promise<Metrics> {
  return new (await import('./metrics.js')).Metrics(options);
}

/**
 * Serves the status page at `/`, `/health` for supervisors, `/metrics` for Prometheus, and the API under `/api/v1`.
 *
 * @param metrics told of each exam by whoever runs the service
 * @throws AdminError `admin-listen` when the address cannot be used, `admin-tls`
 */
export async function startAdmin(
  options: AdminOptions,
  status: StatusSource,
  metrics?: Metrics,
): Promise<AdminServer> {
  const { serve } = await import('./server.js');
  return serve(options, status, metrics);
}
