import { readFileSync } from 'node:fs';

/** User and system time of a process or a thread so far, as Linux tells it in hundredths of a second (proc(5)). */
function processorMs(stat: string): number {
  // The name before it, in brackets, may hold anything.
  const text = readFileSync(stat, 'utf8');
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

export function processMs(pid: number): number {
  return processorMs(`/proc/${pid}/stat`);
}

/** Of the thread in which this process's event loop runs, the asking one or not. */
export function mainThreadMs(): number {
  return processorMs(`/proc/self/task/${process.pid}/stat`);
}
