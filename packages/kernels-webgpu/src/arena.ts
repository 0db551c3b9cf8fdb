import type { Allocation, BufferPool } from './memory.ts';

/** A dispatch as the placement sees it: the temporaries that it reads and writes. */
export interface Use {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** Where a temporary lies: which of the arena's buffers, and the byte offset there. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
}

/** Where everything lies, and how large the arena's buffers must be. */
export interface Placement {
  readonly places: ReadonlyMap<number, Place>;
  /** Bytes of each buffer. */
  readonly sizes: readonly number[];
}

interface Lifetime {
  readonly value: number;
  readonly bytes: number;
  first: number;
  last: number;
}

interface Bin {
  readonly colour: number;
  readonly placed: (Lifetime & { readonly offset: number })[];
  size: number;
}

/**
 * Places temporaries in a few buffers. WebGPU forbids that a dispatch reads one part of a buffer and writes
 * another; so values are coloured such that what a dispatch reads and what it writes have different colours
 * (two or three suffice), and values of one colour share buffers where their lifetimes allow it.
 *
 * @param uses dispatches in order
 * @param bytesOf bytes of each temporary
 * @param largest most bytes of one buffer
 * @param repeated ranges of dispatches that run again and again: what one of them uses is kept all the while
 */
export function placeTemporaries(
  uses: readonly Use[],
  bytesOf: (value: number) => number,
  largest: number,
  repeated: readonly { readonly first: number; readonly end: number }[] = [],
): Placement {
  const lifetimes = lifetimesOf(uses, bytesOf);
  for (const lifetime of lifetimes.values()) {
    for (const { first, end } of repeated) {
      if (lifetime.last < first || lifetime.first >= end) continue;
      lifetime.first = Math.min(lifetime.first, first);
      lifetime.last = Math.max(lifetime.last, end - 1);
    }
  }
  const colours = colour(uses, [...lifetimes.keys()]);
  const bins: Bin[] = [];
  const places = new Map<number, Place>();
  const order = [...lifetimes.values()].sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  for (const lifetime of order) {
    const own = colours.get(lifetime.value)!;
    places.set(lifetime.value, placeOne(bins, lifetime, own, largest));
  }
  return { places, sizes: bins.map(({ size }) => size) };
}

function lifetimesOf(
  uses: readonly Use[],
  bytesOf: (value: number) => number,
): Map<number, Lifetime> {
  const lifetimes = new Map<number, Lifetime>();
  uses.forEach(({ reads, writes }, at) => {
    for (const value of [...reads, ...writes]) {
      const known = lifetimes.get(value);
      if (known) known.last = at;
      else lifetimes.set(value, { value, bytes: align(bytesOf(value)), first: at, last: at });
    }
  });
  return lifetimes;
}

/** The lowest colour that no value has which meets this one in a dispatch, one read and the other written. */
function colour(uses: readonly Use[], values: readonly number[]): Map<number, number> {
  const conflicts = new Map<number, Set<number>>(values.map((value) => [value, new Set()]));
  for (const { reads, writes } of uses) {
    for (const read of reads) {
      for (const written of writes) {
        if (read === written) continue;
        conflicts.get(read)!.add(written);
        conflicts.get(written)!.add(read);
      }
    }
  }
  const colours = new Map<number, number>();
  for (const value of values) {
    const taken = new Set([...conflicts.get(value)!].map((other) => colours.get(other)));
    let free = 0;
    while (taken.has(free)) free++;
    colours.set(value, free);
  }
  return colours;
}

/** Puts a value at the lowest free offset of the first buffer of its colour that has room. */
function placeOne(bins: Bin[], lifetime: Lifetime, own: number, largest: number): Place {
  const { bytes, first, last } = lifetime;
  for (let buffer = 0; ; buffer++) {
    if (buffer === bins.length) bins.push({ colour: own, placed: [], size: 0 });
    const bin = bins[buffer]!;
    if (bin.colour !== own) continue;
    let offset = 0;
    for (const other of bin.placed) {
      if (other.first > last || other.last < first) continue;
      if (offset + bytes <= other.offset) break;
      offset = Math.max(offset, other.offset + other.bytes);
    }
    if (offset + bytes > largest && bin.placed.length > 0) continue;
    const after = bin.placed.findIndex((other) => other.offset > offset);
    bin.placed.splice(after < 0 ? bin.placed.length : after, 0, { ...lifetime, offset });
    bin.size = Math.max(bin.size, offset + bytes);
    return { buffer, offset };
  }
}

/** The alignment of bindings that every device accepts. */
function align(bytes: number): number {
  return Math.max(256, Math.ceil(bytes / 256) * 256);
}

/** The temporaries' buffers of a device: one set serves all programs, since it does not outlive a run. */
export class Arena {
  readonly #buffers: Allocation[] = [];
  #generation = 0;

  constructor(readonly pool: BufferPool) {}

  /** Counts the times that a buffer was replaced: bind groups of an older one are stale. */
  get generation(): number {
    return this.#generation;
  }

  /** The buffers, in the order of `Placement.sizes`. */
  get buffers(): readonly Allocation[] {
    return this.#buffers;
  }

  /** Makes buffers at least so large. @throws OutOfMemoryError */
  grow(sizes: readonly number[]): void {
    sizes.forEach((size, i) => {
      const old = this.#buffers[i];
      if (old && old.size >= size) return;
      const fresh = this.pool.take(size, 'temporaries of a plan');
      if (old) this.pool.give(old);
      this.#buffers[i] = fresh;
      this.#generation++;
    });
  }

  /** Destroys the buffers. */
  dispose(): void {
    for (const { buffer } of this.#buffers.splice(0)) buffer.destroy();
    this.#generation++;
  }
}
