import { type RunningService, runningService } from '../admin/runningService.js';
import { type Relay, startRelay } from '../pacs/relay.js';

export interface RelayedService extends RunningService {
  /** What stands before the PACS, and does with each request what a test tells it. */
  relay: Relay;
}

/** A running service that asks its PACS through a relay. */
export async function relayedService(): Promise<RelayedService> {
  let relay: Relay | undefined;
  const running = await runningService({
    way: async (url) => {
      relay = await startRelay(url);
      return relay.url;
    },
  });
  const close = async () => {
    await running.close();
    await relay!.close();
  };
  return { ...running, relay: relay!, close };
}
