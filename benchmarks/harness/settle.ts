/**
 * The pause before a timed run.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Long enough for threads of the run before to stop spinning (OpenMP: a few ms). */
const PAUSE_MILLISECONDS = 20;
/** Share of a processor below which the process counts as idle. */
const IDLE = 0.1;
/** Turns after which a run starts all the same: a second. */
const MOST_TURNS = 50;

/**
 * Waits until this process is idle. V8 goes on compiling a contender's WebAssembly for seconds after its first runs, on
 * threads of its own: beside one run of 40 ms, they were seen at work for 80 ms on a peer's code.
 */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const before = process.cpuUsage();
    const start = performance.now();
    await sleep(PAUSE_MILLISECONDS);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1e3 < IDLE * (performance.now() - start)) return;
  }
}
