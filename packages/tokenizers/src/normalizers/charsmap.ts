/** Bit 8 of a unit: a value follows. */
const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1;
/** The byte that leads to a unit, with bit 31, which units of values have and bytes have not. */
const labelOf = (unit: number): number => unit & 0x800000ff;
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & (1 << 9)) >>> 6);

/**
 * SentencePiece's `precompiled_charsmap`: rules that replace characters. Its bytes are the length of
 * a trie, the trie as a double array (darts-clone), and all replacements, each ended by a zero byte.
 */
export class CharacterMap {
  private readonly units: Uint32Array;
  private readonly replacements: Uint8Array;

  /**
   * @param bytes - The map.
   * @throws Error if the trie is longer than the map, or the replacements are no UTF-8.
   */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length >= 4 ? view.getUint32(0, true) : -1;
    if (size < 0 || 4 + size > bytes.length) {
      throw new Error(
        `precompiled_charsmap: has ${bytes.length} bytes, but its trie wants ${size < 0 ? 4 : size + 4}`,
      );
    }
    this.units = Uint32Array.from({ length: Math.floor(size / 4) }, (_, index) =>
      view.getUint32(4 + 4 * index, true),
    );
    this.replacements = bytes.subarray(4 + this.units.length * 4);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(this.replacements);
    } catch (cause) {
      throw new Error('precompiled_charsmap: the replacements are no UTF-8', { cause });
    }
  }

  /**
   * The replacement of the shortest beginning of a text that the map has: as in the Rust library,
   * it then stands for the whole text.
   *
   * @param key - The text in UTF-8.
   */
  find(key: Uint8Array): string | undefined {
    const { units } = this;
    if (units.length === 0) return undefined;
    let node = offsetOf(units[0]!);
    for (const byte of key) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = units[node];
      // A file may point anywhere.
      if (unit === undefined || labelOf(unit) !== byte) return undefined;
      node ^= offsetOf(unit);
      if (hasLeaf(unit)) {
        const leaf = units[node];
        return leaf === undefined ? undefined : this.replacement(leaf & 0x7fffffff);
      }
    }
    return undefined;
  }

  private replacement(start: number): string {
    const end = this.replacements.indexOf(0, start);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      this.replacements.subarray(start, end < 0 ? undefined : end),
    );
  }
}
