/**
 * Codes of a row in the order of the device: see `QuantizedMatrix.codes`. Columns after the last one are zero.
 *
 * @param codes one code per column, 0 to 15 (4 bits) or −128 to 127 (8 bits)
 * @param target words of all rows
 * @param offset first word of this row
 */
export function packCodes(
  codes: ArrayLike<number>,
  bits: 4 | 8,
  target: Int32Array,
  offset: number,
): void {
  const block = 128 / bits; // columns of four words: a power of two
  const blockBits = bits === 4 ? 5 : 4;
  const mask = 2 ** bits - 1;
  for (let column = 0; column < codes.length; column++) {
    const word = offset + 4 * (column >> blockBits) + (column & 3);
    const shift = bits * ((column & (block - 1)) >> 2);
    target[word] = target[word]! | ((codes[column]! & mask) << shift);
  }
}
