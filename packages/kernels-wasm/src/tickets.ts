/** How a thread finds its part of an instruction, once it has drawn a ticket. */
export interface Tickets {
  /** Chunks for each ticket; the last one may have fewer. */
  readonly grain: number;
  /** The instruction's tickets are those from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
  /** They may be worked on once all tickets before this one are done. */
  readonly after: number;
}

/**
 * Tickets a thread draws for each instruction: they balance the load, since a thread that the system holds
 * up costs no more than its last one; each costs some 100 ns.
 */
const TICKETS_PER_THREAD = 16;

/**
 * Divides instructions into tickets, numbered through the program. Threads draw them in order, so whoever
 * comes late finds less to do, and nobody waits for it.
 *
 * @param instructions - how many chunks each has, and how many of the first instructions it waits for
 */
export function divide(
  instructions: readonly { readonly chunks: number; readonly after: number }[],
  threads: number,
): Tickets[] {
  const divided: Tickets[] = [];
  for (const { chunks, after } of instructions) {
    const grain = Math.max(1, Math.floor(chunks / (threads * TICKETS_PER_THREAD)));
    const first = divided.at(-1)?.end ?? 0;
    const end = first + Math.ceil(chunks / grain);
    divided.push({ grain, first, end, after: after === 0 ? 0 : divided[after - 1]!.end });
  }
  return divided;
}
