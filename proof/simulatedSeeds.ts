import { simulate } from './simulate.js';
import { SimulatedLedger } from './simulatedLedger.js';
import { VirtualTime } from './virtualTime.js';

/*
 * Simulates seeds one after the other, in a process of its own, whose time it takes over: node simulatedSeeds.js FIRST
 * COUNT STEP. Tells of each as a message.
 */
const [first, count, step] = process.argv.slice(2).map(Number) as [number, number, number];
process.on('disconnect', () => process.exit());
const time = new VirtualTime();
let random = () => 0.5;
time.reign(() => random());
const database = SimulatedLedger.database();
for (let place = 0; place < count; place++) {
  const report = await simulate(first + place * step, {
    time,
    database,
    reign: (next) => {
      random = next;
    },
  });
  process.send?.(report);
}
process.disconnect?.();
