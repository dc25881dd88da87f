import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SimulationReport } from './simulate.js';

const PROGRAM = fileURLToPath(new URL('./simulatedSeeds.js', import.meta.url));

export interface SimulationsOptions {
  /** The seeds from here on. */
  first: number;
  count: number;
  /** Processes at work side by side. */
  processes: number;
  /** Of Node, for each of them. */
  execArgv?: readonly string[];
  /** Told of each seed, in whatever order. @returns false to end all */
  onReport(report: SimulationReport): boolean;
}

/** Simulates many seeds in processes of their own. @throws Error where one of them ends by itself */
export async function simulateSeeds(options: SimulationsOptions): Promise<void> {
  const { first, count, onReport, execArgv = [] } = options;
  const processes = Math.min(options.processes, count);
  let isEnough = false;
  const one = async (place: number) => {
    const mine = Math.ceil((count - place) / processes);
    const child = fork(PROGRAM, [first + place, mine, processes].map(String), {
      execArgv: [...process.execArgv, ...execArgv],
    });
    child.on('message', (report) => {
      if (!isEnough && !onReport(report as SimulationReport)) isEnough = true;
      if (isEnough) child.kill();
    });
    const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (code !== 0 && !isEnough) throw new Error(`a simulation ended by itself (${code})`);
  };
  await Promise.all(Array.from({ length: processes }, (_, place) => one(place)));
}
