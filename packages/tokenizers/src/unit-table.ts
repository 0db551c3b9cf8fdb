/** Longer searches are given up: whoever writes the texts may choose them to collide. */
const MAX_PROBES = 100;

/**
 * Texts by their UTF-16 units, to be found as parts of other texts: no string is made for it, and the units of all
 * lie side by side.
 */
export class UnitTable {
  private readonly units: Uint16Array;
  /** Where the units of each text begin, and those of the last one end. */
  private readonly starts: Int32Array;
  private readonly hashes: Int32Array;
  /** 1 + the index of a text, or 0. */
  private readonly slots: Int32Array;
  private readonly mask: number;
  private count = 0;

  /** @param maxTexts - Texts that there is room for. @param maxUnits - Units of all of them. */
  constructor(maxTexts: number, maxUnits: number) {
    let capacity = 16;
    while (capacity < 2 * maxTexts) capacity *= 2;
    this.mask = capacity - 1;
    this.slots = new Int32Array(capacity);
    this.hashes = new Int32Array(maxTexts);
    this.starts = new Int32Array(maxTexts + 1);
    this.units = new Uint16Array(maxUnits);
  }

  /**
   * The index of a part of a text, or -1 if it is not there or was not found.
   *
   * @param text - The text.
   * @param start - Where the part begins.
   * @param end - Where it ends.
   * @param hash - Its {@link hashOf}.
   */
  find(text: string, start: number, end: number, hash: number): number {
    const { slots, hashes, mask } = this;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const index = slots[slot]! - 1;
      if (index < 0) return -1;
      if (hashes[index] === hash && this.equals(index, text, start, end)) return index;
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  /**
   * Adds a part of a text that is not there yet.
   *
   * @returns Its index: how many were added before; -1 if there is no room for it.
   */
  add(text: string, start: number, end: number, hash: number): number {
    const { slots, mask, units, count } = this;
    let unit = this.starts[count]!;
    if (count === this.hashes.length || unit + end - start > units.length) return -1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let probe = 1; slots[slot] !== 0; probe++) {
      if (probe === MAX_PROBES) return -1;
      slot = (slot + 1) & mask;
    }
    for (let i = start; i < end; i++) units[unit++] = text.charCodeAt(i);
    this.hashes[count] = hash;
    this.starts[count + 1] = unit;
    this.count++;
    slots[slot] = this.count;
    return count;
  }

  /** Forgets all texts. */
  clear(): void {
    this.slots.fill(0);
    this.count = 0;
  }

  private equals(index: number, text: string, start: number, end: number): boolean {
    const { units } = this;
    let unit = this.starts[index]!;
    if (this.starts[index + 1]! - unit !== end - start) return false;
    for (let i = start; i < end; i++) if (units[unit++] !== text.charCodeAt(i)) return false;
    return true;
  }
}

/** The hash of a text with one more UTF-16 unit; that of no text is 0. */
export function hashWith(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** The hash of a part of a text. */
export function hashOf(text: string, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = hashWith(hash, text.charCodeAt(i));
  return hash;
}
