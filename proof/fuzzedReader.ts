import { writeSync } from 'node:fs';
import { MamoriError } from '../src/errors.js';
import { Random, uniformFrom } from '../src/random.js';
import { TARGETS } from './fuzzTargets.js';
import { mutated } from './mutation.js';

/*
 * Reads hostile inputs one after the other, in a process of its own, since what is looked for may end it. Arguments:
 * seed, target, first input, inputs. Writes on descriptor 3 the number of each input before it is read, as a line,
 * and behind it what is wrong with it, if something is.
 */
const [seed, name, first, count] = process.argv.slice(2) as [string, string, string, string];
const NOTES = 3;
const NOTHING_TO_READ = 3;
/** Processor time that one input may take; on a busy machine the clock says little. */
const LONGEST_SECONDS = 5;
/** What one input may need on top of what was needed before. */
const MEMORY_BOUND = 512e6;

const target = TARGETS[name]!;
const seeds = await target.seeds();
// The readers' own memory is there once each seed has been read.
for (const sound of seeds) await outcome(sound);
let usual = process.memoryUsage.rss();
// Nothing to change, as where no device's files are there.
if (seeds.length === 0) process.exit(NOTHING_TO_READ);

for (let index = Number(first); index < Number(first) + Number(count); index++) {
  writeSync(NOTES, `${index}\n`);
  const random = new Random(Math.floor(uniformFrom(seed, name, index)() * 2 ** 32));
  const before = process.cpuUsage();
  const wrong = await outcome(mutated(seeds[random.below(seeds.length)]!, random));
  const { user, system } = process.cpuUsage(before);
  if (user + system > LONGEST_SECONDS * 1e6) writeSync(NOTES, `${index} took ${(user + system) / 1e6} s\n`);
  if (wrong !== undefined) writeSync(NOTES, `${index} ${wrong.replaceAll('\n', ' ')}\n`);
  const memory = process.memoryUsage.rss();
  if (memory > usual + MEMORY_BOUND) {
    writeSync(NOTES, `${index} ${Math.round((memory - usual) / 1e6)} MB of memory more\n`);
    usual = memory;
  }
}

async function outcome(bytes: Uint8Array): Promise<string | undefined> {
  try {
    return await target.read(bytes);
  } catch (error) {
    if (error instanceof MamoriError) return undefined;
    return `an error without a name: ${error instanceof Error ? error.stack : String(error)}`;
  }
}
