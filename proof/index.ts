/**
 * Programs that can run at any length and try to break what Mamori promises.
 *
 * `torture.ts` (`npm run torture`) puts a proxy with every fault that a PACS or a network has (`faultyProxy.ts`)
 * before a real Orthanc, lets worker processes (`torturedWorkers.ts`, each a `torturedWorker.ts`) do their work
 * through it, sets their clocks, cuts their connections to the ledger and kills them again and again. In the end
 * every exam must have exactly one complete set of results.
 *
 * `sharing.ts` (`npm run sharing`) has processes (`sharingWorker.ts`) share work by a PostgreSQL that fails while
 * they are killed: each exam is done once, and only once.
 *
 * `fuzz.ts` (`npm run fuzz`) changes sound inputs at random (`mutation.ts`) and sends them through every way in for
 * bytes from outside (`fuzzTargets.ts`), in processes of their own (`fuzzedReader.ts`): no crash, no hang, no flood
 * of memory, no error without a name, no patient's name in one. `tally.ts` adds up what several runs have read.
 *
 * `simulate.ts` (`npm run simulate`) has the poller and the ledger as they are (`simulatedPoller.ts`,
 * `simulatedProcess.ts`, `simulatedService.ts`, `simulatedLedger.ts`) beside a model of an archive (`modelledPacs.ts`,
 * of one of `serverProfiles.ts`, with the faults of `modelledFaults.ts`), of a ledger's server (`modelledServer.ts`)
 * and of exams (`simulatedHospital.ts`, `modelledExams.ts`, some answered before by `formerAnswers.ts`) on virtual
 * time (`virtualTime.ts`): hours of a hospital in a fraction of a second, each seed another story of what its weather
 * (`weathers.ts`) has go wrong (`simulatedTroubles.ts`), of what is ordered about old exams (`simulatedOrders.ts`), and
 * of an upgrade (`simulatedUpgrade.ts`).
 * `brokenPromises.ts` looks at what came of it; meanwhile `askers.ts` looks at who asks the archive, and
 * `claimWatch.ts` at each exam that is taken up. The same seed is the same story. `simulations.ts` has many seeds done
 * by processes of their own (`simulatedSeeds.ts`). That it can find anything is proved by `plantedBugs.ts` (`npm run
 * simulate:bugs`): each is planted as the files are loaded (`plantBug.ts`, `plantedBugHooks.ts`) and has to be found.
 *
 * `day.ts` (`npm run day`) has the same model in fair weather, and tells how long a day's exams wait for their results.
 *
 * `soak.ts` (`npm run soak`) has `mamori run` see exam after exam through beside a model of a fast archive
 * (`soakArchive.ts`), watched from within (`serviceProbe.ts`): memory, throughput, ledger and spool must stay as they
 * are. `pollCosts.ts` measures what a poll costs (`pollingWorker.ts`) where little and where much is known already.
 *
 * Each program prints its seed; what it found is in docs/reliability.md.
 */

export { type DayOptions, type DayReport, day } from './day.js';
export { FAULT_KINDS } from './faultyProxy.js';
export { type Finding, FUZZ_TARGETS, type FuzzOptions, type FuzzReport, fuzz } from './fuzz.js';
export { PLANTED_BUGS, type PlantedBug } from './plantedBugs.js';
export { type PollCosts, pollCosts, tooDear } from './pollCosts.js';
export { type SharingOptions, type SharingReport, shareWork } from './sharing.js';
export type { SimulationReport } from './simulate.js';
export { type SimulationsOptions, simulateSeeds } from './simulations.js';
export { type SoakOptions, type SoakReport, type SoakTenth, soak } from './soak.js';
export { Tally } from './tally.js';
export {
  type TorturedLedger,
  type TortureOptions,
  type TortureReport,
  type Trouble,
  torture,
} from './torture.js';
