import { OutOfMemoryError } from './errors.ts';

/** A range of the backend's memory. */
export interface Allocation {
  /** Byte address, a multiple of 64. */
  readonly address: number;
  /** Bytes asked for. */
  readonly bytes: number;
  /** What it is for; shown when memory runs out. */
  readonly label: string;
}

/** What the allocator needs to know. */
interface AllocatorOptions {
  /** First byte it may hand out. */
  readonly start: number;
  /** Bytes the memory may reach. */
  readonly limit: number;
  /** Makes the memory at least this long; throws if it cannot. */
  readonly grow: (bytes: number) => void;
}

/** Every allocation starts on a cache line. */
const ALIGNMENT = 64;

interface Range {
  address: number;
  size: number;
}

/**
 * Bookkeeping of one linear memory: best fit over a list of free ranges that merge with their
 * neighbours. It never touches the memory itself, so it works for one that lives in a worker.
 */
export class Allocator {
  /** Free ranges by address. */
  private readonly free: Range[] = [];
  private readonly held = new Map<number, { size: number; allocation: Allocation }>();
  private top: number;
  private live = 0;
  private peak = 0;

  constructor(private readonly options: AllocatorOptions) {
    this.top = roundUp(options.start);
  }

  /** Bytes in use, rounded to cache lines. */
  get liveBytes(): number {
    return this.live;
  }

  /** The most bytes ever in use: the high-water mark. */
  get peakBytes(): number {
    return this.peak;
  }

  /** What is in use, oldest first. */
  allocations(): Allocation[] {
    return [...this.held.values()].map(({ allocation }) => allocation);
  }

  /** Starts the high-water mark anew from what is in use now. */
  resetPeak(): void {
    this.peak = this.live;
  }

  /**
   * Takes a range of at least `bytes` bytes; its content is whatever was there.
   *
   * @throws OutOfMemoryError naming `label`
   */
  allocate(bytes: number, label: string): Allocation {
    if (!Number.isInteger(bytes) || bytes < 0) {
      throw new RangeError(`allocate '${label}': ${bytes} bytes; want an integer of at least 0`);
    }
    const size = Math.max(ALIGNMENT, roundUp(bytes));
    const address = this.takeFree(size) ?? this.takeTop(size, bytes, label);
    const allocation = { address, bytes, label };
    this.held.set(address, { size, allocation });
    this.live += size;
    this.peak = Math.max(this.peak, this.live);
    return allocation;
  }

  /** Gives a range back. */
  release(allocation: Allocation): void {
    const entry = this.held.get(allocation.address);
    if (entry?.allocation !== allocation) {
      throw new Error(`release '${allocation.label}': it is not in use (released twice?)`);
    }
    this.held.delete(allocation.address);
    this.live -= entry.size;
    this.insert({ address: allocation.address, size: entry.size });
  }

  private takeFree(size: number): number | undefined {
    let best = -1;
    for (let index = 0; index < this.free.length; index++) {
      const range = this.free[index]!;
      if (range.size >= size && (best < 0 || range.size < this.free[best]!.size)) best = index;
    }
    if (best < 0) return undefined;
    const range = this.free[best]!;
    const { address } = range;
    if (range.size === size) this.free.splice(best, 1);
    else {
      range.address += size;
      range.size -= size;
    }
    return address;
  }

  /** Extends the used part of the memory; a free range at its end is part of it. */
  private takeTop(size: number, bytes: number, label: string): number {
    const last = this.free.at(-1);
    const address = last && last.address + last.size === this.top ? last.address : this.top;
    const end = address + size;
    const fail = (cause?: unknown) =>
      new OutOfMemoryError(label, bytes, this.live, this.peak, this.options.limit, cause);
    if (end > this.options.limit) throw fail();
    try {
      this.options.grow(end);
    } catch (cause) {
      throw fail(cause);
    }
    if (address !== this.top) this.free.pop();
    this.top = end;
    return address;
  }

  private insert(range: Range): void {
    let low = 0;
    let high = this.free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.free[middle]!.address < range.address) low = middle + 1;
      else high = middle;
    }
    const before = this.free[low - 1];
    const after = this.free[low];
    const joinsBefore = before !== undefined && before.address + before.size === range.address;
    const joinsAfter = after !== undefined && range.address + range.size === after.address;
    if (joinsBefore) {
      before.size += range.size + (joinsAfter ? after.size : 0);
      if (joinsAfter) this.free.splice(low, 1);
    } else if (joinsAfter) {
      after.address = range.address;
      after.size += range.size;
    } else this.free.splice(low, 0, range);
  }
}

const roundUp = (bytes: number) => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
