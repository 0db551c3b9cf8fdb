import { hashWith } from './text-reader.ts';

/** Longer searches are given up. */
const MAX_PROBES = 100;

/**
 * Ids of tokens by their UTF-16 units, for looking up parts of a text whose hashes are known already: no strings are
 * made, and the units of all tokens lie side by side. A file may hold tokens that all collide, therefore searches
 * are short; what is not found has to be looked for elsewhere.
 */
export class TokenTable {
  private readonly units: Uint16Array;
  /** Where the units of each id begin, and those of the last one end. */
  private readonly starts: Int32Array;
  private readonly hashes: Int32Array;
  private readonly slots: Int32Array;
  private readonly mask: number;

  /** @param tokens - Tokens by id. */
  constructor(tokens: readonly (string | undefined)[]) {
    const count = tokens.length;
    let capacity = 16;
    while (capacity < 2 * count) capacity *= 2;
    this.mask = capacity - 1;
    this.slots = new Int32Array(capacity).fill(-1);
    this.hashes = new Int32Array(count);
    this.starts = new Int32Array(count + 1);
    let total = 0;
    for (const token of tokens) total += token?.length ?? 0;
    this.units = new Uint16Array(total);
    let end = 0;
    for (let id = 0; id < count; id++) {
      const token = tokens[id] ?? '';
      let hash = 0;
      for (let i = 0; i < token.length; i++) {
        const unit = token.charCodeAt(i);
        this.units[end++] = unit;
        hash = hashWith(hash, unit);
      }
      this.starts[id + 1] = end;
      this.hashes[id] = hash;
      if (tokens[id] !== undefined) this.insert(id, hash);
    }
  }

  private insert(id: number, hash: number): void {
    let slot = this.firstSlot(hash);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (this.slots[slot]! < 0) {
        this.slots[slot] = id;
        return;
      }
      slot = (slot + 1) & this.mask;
    }
  }

  /**
   * The id of a part of a text, or -1 if it was not found.
   *
   * @param text - The text.
   * @param start - Where the part begins.
   * @param end - Where it ends.
   * @param hash - Its hash, see {@link hashWith}.
   */
  find(text: string, start: number, end: number, hash: number): number {
    let slot = this.firstSlot(hash);
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const id = this.slots[slot]!;
      if (id < 0) return -1;
      if (this.hashes[id] === hash && this.equals(id, text, start, end)) return id;
      slot = (slot + 1) & this.mask;
    }
    return -1;
  }

  private firstSlot(hash: number): number {
    return (hash ^ (hash >>> 15)) & this.mask;
  }

  private equals(id: number, text: string, start: number, end: number): boolean {
    const { units } = this;
    let unit = this.starts[id]!;
    if (this.starts[id + 1]! - unit !== end - start) return false;
    for (let i = start; i < end; i++) if (units[unit++] !== text.charCodeAt(i)) return false;
    return true;
  }
}
