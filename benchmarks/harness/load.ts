/**
 * How busy other programs keep the machine, so that a disturbed run can be told from a quiet one.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** More load than this from others voids a run. In CPUs: 0.3 is a third of one core. */
export const MAX_LOAD = 0.3;

/** CPU time so far, and when it was read; all in seconds. */
export interface Reading {
  /** CPU time of everything on the machine. */
  readonly all: number;
  /** CPU time of this process and its descendants. */
  readonly own: number;
  /** Wall clock. */
  readonly wall: number;
}

/** Linux counts CPU time for user space in units of 1/100 s, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/**
 * Starts watching; the function returned says how many CPUs other programs used since, on average.
 * Linux: `/proc/stat` (stolen time included) less the process tree. Elsewhere: `os.cpus()` less this
 * process, so that a child such as PyTorch counts as another program there.
 */
export function watchLoad(): () => number {
  const start = readCpuTime();
  return () => loadBetween(start, readCpuTime());
}

/** CPUs that others kept busy between two readings. */
export function loadBetween(start: Reading, end: Reading): number {
  const others = end.all - start.all - (end.own - start.own);
  return Math.max(0, others / Math.max(end.wall - start.wall, 1e-3));
}

/** Reads the CPU time spent so far. */
export function readCpuTime(): Reading {
  const wall = performance.now() / 1e3;
  if (process.platform === 'linux') {
    const all = busyTicks(readFileSync('/proc/stat', 'utf8')) / TICKS_PER_SECOND;
    return { all, own: treeTicks(listProcesses(), process.pid) / TICKS_PER_SECOND, wall };
  }
  let all = 0;
  for (const { times } of cpus()) all += (times.user + times.nice + times.sys + times.irq) / 1e3;
  const { user, system } = process.cpuUsage();
  return { all, own: (user + system) / 1e6, wall };
}

/** Waits until others leave the machine alone for a second, at most `seconds`; says whether they did. */
export async function waitForQuiet(seconds: number): Promise<boolean> {
  for (const end = performance.now() + seconds * 1e3; performance.now() < end; ) {
    const load = watchLoad();
    await sleep(1000);
    if (load() <= MAX_LOAD) return true;
  }
  return false;
}

/** Ticks of all CPUs not spent idle or waiting, from the text of `/proc/stat`. */
export function busyTicks(text: string): number {
  const [user, nice, system, , , irq, softIrq, steal] = text
    .slice(text.indexOf('cpu ') + 4, text.indexOf('\n'))
    .trim()
    .split(/\s+/)
    .map(Number);
  return user! + nice! + system! + irq! + softIrq! + steal!;
}

/** A process as `/proc/PID/stat` tells it. */
export interface ProcessTime {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of the process and of its children that have ended. */
  readonly ticks: number;
}

/** Reads one line of `/proc/PID/stat`. */
export function parseProcess(stat: string): ProcessTime {
  // the name in parentheses may hold spaces and parentheses: fields are counted from its end
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const times = fields.slice(11, 15); // utime, stime, cutime, cstime
  return {
    pid: Number.parseInt(stat, 10),
    parent: Number(fields[1]),
    ticks: times.reduce((total, time) => total + Number(time), 0),
  };
}

/** Ticks of a process and all its descendants. */
export function treeTicks(processes: readonly ProcessTime[], root: number): number {
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
  const isWithin = (pid: number): boolean =>
    pid === root || (pid > 1 && isWithin(parents.get(pid) ?? 0));
  return processes.reduce((total, { pid, ticks }) => total + (isWithin(pid) ? ticks : 0), 0);
}

function listProcesses(): ProcessTime[] {
  const processes: ProcessTime[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      processes.push(parseProcess(readFileSync(`/proc/${entry}/stat`, 'utf8')));
    } catch {
      // the process ended between the listing and the read
    }
  }
  return processes;
}
