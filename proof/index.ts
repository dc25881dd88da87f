/**
 * Programs that can run at any length and try to break what Mamori promises.
 *
 * `torture.ts` (`npm run torture`) puts a proxy with every fault that a PACS or a network has (`faultyProxy.ts`)
 * before a real Orthanc, lets a worker process (`torturedWorker.ts`) do its work through it, and kills that again and
 * again. In the end every exam must have exactly one complete set of results. Each program prints its seed; what it
 * found is in docs/reliability.md.
 */
export { type TorturedLedger, type TortureOptions, type TortureReport, torture } from './torture.js';
