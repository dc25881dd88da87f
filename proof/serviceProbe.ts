/** What a service that runs with this module preloaded (`node --expose-gc --import`) tells its parent when asked. */
export interface ServiceReading {
  /** Resident memory, and the main thread's heap after a collection. */
  residentBytes: number;
  heapBytes: number;
  /** Processor time of all threads since the start. */
  cpuMs: number;
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const residentBytes = process.memoryUsage.rss();
  globalThis.gc?.();
  const reading: ServiceReading = {
    residentBytes,
    heapBytes: process.memoryUsage().heapUsed,
    cpuMs: (user + system) / 1000,
  };
  process.send?.(reading);
});
// The service ends when it has done its work, listened to or not; and with whoever started it.
process.channel?.unref();
process.on('disconnect', () => process.exit());
