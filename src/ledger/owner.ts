import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Which process holds a claim, told so that others on its machine can see whether it still runs. A process number alone
 * is not enough: numbers are given out again, and each container counts from 1.
 */
export interface Owner {
  host: string;
  /** This start of the machine; the same in all its containers. Empty where no system of this kind tells it. */
  boot: string;
  /** The container's own count of processes: no two have the same at a time. Empty where there is no such thing. */
  space: string;
  pid: number;
  /** When the process started, in the system's own measure. Empty where the system does not tell. */
  started: string;
}

/** The process that asks. */
export function thisProcess(): Owner {
  // A Linux that hides it may be a container on a machine that others share: then nobody is seen from here.
  const hidden = process.platform === 'linux' ? randomUUID() : '';
  return {
    host: hostname(),
    boot: told(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) || hidden,
    space: told(() => readlinkSync('/proc/self/ns/pid')) || hidden,
    pid: process.pid,
    started: startOf(process.pid) ?? '',
  };
}

/**
 * The process that asks, where other machines ask as well. One that cannot be told from them sees nobody else, and its
 * steady clock counts for itself alone.
 */
export function thisProcessAmongMachines(): Owner {
  const owner = thisProcess();
  return { ...owner, boot: owner.boot || randomUUID() };
}

/**
 * Whether a process is known to have ended. False where that cannot be seen from here: then the lease decides. To be
 * seen it must be of the same start of the same machine, and of the same container. Names of machines prove nothing:
 * containers and virtual machines are given the same ones, and a start that is not ours may be another machine's.
 *
 * @param here the process that asks
 */
export function isGone(owner: Owner, here: Owner): boolean {
  if (owner.boot !== here.boot || owner.space !== here.space) return false;
  if (owner.boot === '' && owner.host !== here.host) return false;
  if (!isRunning(owner.pid)) return true;
  const started = startOf(owner.pid);
  return started !== undefined && started !== owner.started;
}

export function ownerText(owner: Owner): string {
  return JSON.stringify(owner);
}

/** Undefined for claims of a version that did not note it. */
export function ownerOf(text: string | null): Owner | undefined {
  return text === null ? undefined : (JSON.parse(text) as Owner);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs under another account.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Undefined where the system does not tell; `ended` for a process whose parent has not taken note of its end. */
function startOf(pid: number): string | undefined {
  const stat = told(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name before it, in brackets, may hold anything: `1234 (a) b) S 1 …`, the start is field 22 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return 'ended';
  return fields[19];
}

function told(ask: () => string): string {
  try {
    return ask();
  } catch {
    return '';
  }
}
