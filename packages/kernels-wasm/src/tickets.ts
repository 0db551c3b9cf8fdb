/** How a thread finds its part of an instruction, once it has drawn a ticket. */
export interface Tickets {
  /** Chunks for each ticket; the last one may have fewer. */
  readonly grain: number;
  /** The instruction's tickets are those from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
  /** The wave's tickets: they may run once all before `waveFirst` are done. */
  readonly waveFirst: number;
  readonly waveEnd: number;
}

/**
 * Tickets a thread draws for each instruction: they balance the load, since a thread that the system holds
 * up costs no more than its last one; each costs some 100 ns.
 */
const TICKETS_PER_THREAD = 8;

/**
 * Divides instructions into tickets, numbered through the program. Threads draw them in order, so whoever
 * comes late finds less to do, and nobody waits for it.
 *
 * @param instructions - how many chunks each has, and whether it runs side by side with the one before
 */
export function divide(
  instructions: readonly { readonly chunks: number; readonly joinsPrevious: boolean }[],
  threads: number,
): Tickets[] {
  const waves: number[] = []; // first tickets of waves, then the end
  let next = 0;
  const divided = instructions.map(({ chunks, joinsPrevious }) => {
    if (!joinsPrevious || waves.length === 0) waves.push(next);
    const grain = Math.max(1, Math.floor(chunks / (threads * TICKETS_PER_THREAD)));
    const first = next;
    next += Math.ceil(chunks / grain);
    return { grain, first, end: next, wave: waves.length - 1 };
  });
  waves.push(next);
  return divided.map(({ wave, ...rest }) => ({
    ...rest,
    waveFirst: waves[wave]!,
    waveEnd: waves[wave + 1]!,
  }));
}
