/** A range of memory that an instruction reads or writes. */
export interface Touch {
  /** Ranges of different spaces never overlap: the arena is one, and each bound buffer. */
  readonly space: number;
  /** First byte. */
  readonly start: number;
  /** Byte after the last. */
  readonly end: number;
  readonly writes: boolean;
}

/** The space of the arena; bound buffers have their index. */
export const ARENA = -1;

/** A range with the last wave that used it so far. */
interface Use {
  readonly start: number;
  readonly end: number;
  readonly writes: boolean;
  readonly wave: number;
}

/**
 * Sorts instructions into waves: those of one wave neither read nor write what another of them writes,
 * so that they run side by side, and a barrier is due only between waves. Every instruction goes into
 * the first wave after all those it must wait for: what wrote what it reads, and what still uses the
 * memory that it writes. That holds for reused memory too, so any plan stays right.
 *
 * @returns the wave of each instruction, counted from 0
 */
export function wavesOf(instructions: readonly (readonly Touch[])[]): number[] {
  const spaces = new Map<number, Use[]>();
  const usesOf = (space: number) => {
    const uses = spaces.get(space) ?? [];
    spaces.set(space, uses);
    return uses;
  };
  return instructions.map((touches) => {
    let wave = 0;
    for (const touch of touches) {
      for (const use of usesOf(touch.space)) {
        if ((touch.writes || use.writes) && overlap(touch, use))
          wave = Math.max(wave, use.wave + 1);
      }
    }
    for (const touch of touches) spaces.set(touch.space, note(usesOf(touch.space), touch, wave));
    return wave;
  });
}

/** The uses of a space after one more. What a write covers is forgotten: whoever waits for the write waits for it. */
function note(uses: readonly Use[], { start, end, writes }: Touch, wave: number): Use[] {
  const kept = uses.filter((use) =>
    writes
      ? use.start < start || use.end > end
      : use.writes || use.start !== start || use.end !== end || use.wave > wave,
  );
  kept.push({ start, end, writes, wave });
  return kept;
}

const overlap = (a: Touch, b: Use) => a.start < b.end && b.start < a.end;
