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

/** An order in which instructions may run, and what each has to wait for. */
interface Arrangement {
  /** Positions in the list that was given. */
  readonly order: readonly number[];
  /** For each instruction of `order`: how many of the first in it must be done before it starts. */
  readonly after: readonly number[];
}

/**
 * Orders instructions so that as few as possible wait for the one right before them: while the last chunks
 * of one are under way, the other threads go on with the next. Each still comes after all that it depends
 * on: what wrote what it reads, and what uses the memory that it writes. That holds for reused memory too,
 * so every plan stays right.
 *
 * Among those that can come next, the ones that need not wait for the last go first, then the one at the
 * start of the longest chain.
 */
export function arrange(instructions: readonly (readonly Touch[])[]): Arrangement {
  const dependencies = dependenciesOf(instructions);
  const dependents = instructions.map((): number[] => []);
  dependencies.forEach((sources, index) => {
    for (const source of sources) dependents[source]!.push(index);
  });
  const heights = new Array<number>(instructions.length).fill(1);
  for (let index = instructions.length - 1; index >= 0; index--) {
    for (const next of dependents[index]!) {
      heights[index] = Math.max(heights[index]!, heights[next]! + 1);
    }
  }
  const missing = dependencies.map((sources) => sources.size);
  const ready = [...instructions.keys()].filter((index) => missing[index] === 0);
  const positions: number[] = [];
  const order: number[] = [];
  const after: number[] = [];
  while (ready.length > 0) {
    const last = order.at(-1);
    const waits = (index: number) => (last !== undefined && dependencies[index]!.has(last) ? 1 : 0);
    const next = ready.reduce((best, index) => {
      const better = waits(best) - waits(index) || heights[index]! - heights[best]! || best - index;
      return better > 0 ? index : best;
    });
    ready.splice(ready.indexOf(next), 1);
    positions[next] = order.push(next) - 1;
    after.push(Math.max(0, ...[...dependencies[next]!].map((source) => positions[source]! + 1)));
    for (const dependent of dependents[next]!) {
      if (--missing[dependent]! === 0) ready.push(dependent);
    }
  }
  return { order, after };
}

/** A range and who used it. */
interface Use extends Touch {
  readonly user: number;
}

/** For each instruction the earlier ones that it has to wait for; those that others of these wait for may be left out. */
function dependenciesOf(instructions: readonly (readonly Touch[])[]): Set<number>[] {
  const spaces = new Map<number, Use[]>();
  return instructions.map((touches, user) => {
    const sources = new Set<number>();
    for (const touch of touches) {
      for (const use of spaces.get(touch.space) ?? []) {
        if ((touch.writes || use.writes) && overlap(touch, use)) sources.add(use.user);
      }
    }
    for (const touch of touches) {
      const uses = spaces.get(touch.space) ?? [];
      // Who waits for a write waits for all that it covers.
      const kept = touch.writes ? uses.filter((use) => !covers(touch, use)) : uses;
      kept.push({ ...touch, user });
      spaces.set(touch.space, kept);
    }
    return sources;
  });
}

const overlap = (a: Touch, b: Touch) => a.start < b.end && b.start < a.end;
const covers = (a: Touch, b: Touch) => a.start <= b.start && b.end <= a.end;
