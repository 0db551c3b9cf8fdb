/**
 * How busy other programs keep the machine, so that a disturbed run can be told from a quiet one.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** More load than this from others voids a run. In CPUs: 0.3 is a third of one core. */
export const MAX_LOAD = 0.3;

interface Reading {
  /** CPU seconds spent by everything on the machine. */
  readonly all: number;
  /** CPU seconds spent by this process and its descendants. */
  readonly own: number;
  /** Wall-clock seconds. */
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
  const read = process.platform === 'linux' ? readLinux : readPortable;
  const start = read();
  return () => {
    const end = read();
    const busy = end.all - start.all - (end.own - start.own);
    return Math.max(0, busy / Math.max(end.wall - start.wall, 1e-3));
  };
}

function readPortable(): Reading {
  let all = 0;
  for (const { times } of cpus()) all += (times.user + times.nice + times.sys + times.irq) / 1e3;
  const { user, system } = process.cpuUsage();
  return { all, own: (user + system) / 1e6, wall: performance.now() / 1e3 };
}

function readLinux(): Reading {
  const [, user, nice, system, , , irq, softIrq, steal] = readFileSync('/proc/stat', 'utf8')
    .slice(0, 200)
    .split('\n', 1)[0]!
    .split(/\s+/)
    .map(Number);
  const busy = user! + nice! + system! + irq! + softIrq! + steal!;
  return {
    all: busy / TICKS_PER_SECOND,
    own: treeTicks() / TICKS_PER_SECOND,
    wall: performance.now() / 1e3,
  };
}

/** CPU ticks of this process, its live descendants, and its children that have ended. */
function treeTicks(): number {
  const parents = new Map<number, number>();
  const ticks = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
    } catch {
      continue; // the process ended between the listing and the read
    }
    // the name in parentheses may hold spaces: fields are counted from the last one on
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    parents.set(Number(entry), Number(fields[1]));
    // utime, stime, and those of waited-for children
    ticks.set(Number(entry), sum(fields.slice(11, 15).map(Number)));
  }
  let total = 0;
  for (const [pid, own] of ticks) {
    for (let at = pid; at > 1; at = parents.get(at) ?? 0) {
      if (at !== process.pid) continue;
      total += own;
      break;
    }
  }
  return total;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
