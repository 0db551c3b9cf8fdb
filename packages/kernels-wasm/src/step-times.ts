/**
 * What each instruction of a profiled run took: the time of its slowest thread. Where instructions ran side
 * by side all are shortened alike, so that together they take as long as the slowest thread was at work.
 *
 * @param threads - for each thread, its milliseconds in each instruction
 * @returns milliseconds for each instruction
 */
export function stepTimes(threads: readonly Float64Array[]): Float64Array {
  const times = threads[0]!.map((_, i) => Math.max(...threads.map((thread) => thread[i]!)));
  const work = Math.max(...threads.map(sum));
  const total = sum(times);
  return total === 0 ? times : times.map((time) => (time * work) / total);
}

const sum = (times: Float64Array) => times.reduce((total, time) => total + time, 0);
