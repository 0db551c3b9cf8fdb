/**
 * What each instruction of a profiled run took. One that ran alone took as long as its slowest thread; those
 * that ran side by side share the time of the slowest thread by the work that each was, so that the sum over
 * all instructions is the time that the threads were at work.
 *
 * @param threads - for each thread, its milliseconds in each instruction
 * @returns milliseconds for each instruction
 */
export function stepTimes(
  instructions: readonly { readonly joinsPrevious?: boolean }[],
  threads: readonly Float64Array[],
): Float64Array {
  const times = new Float64Array(instructions.length);
  for (let first = 0, end = 0; first < instructions.length; first = end) {
    end = first + 1;
    while (instructions[end]?.joinsPrevious) end++;
    let work = 0;
    let slowest = 0;
    for (const thread of threads) {
      const own = thread.subarray(first, end).reduce((sum, time) => sum + time, 0);
      work += own;
      slowest = Math.max(slowest, own);
    }
    if (work === 0) continue;
    for (const thread of threads) {
      for (let i = first; i < end; i++) times[i]! += (thread[i]! / work) * slowest;
    }
  }
  return times;
}
