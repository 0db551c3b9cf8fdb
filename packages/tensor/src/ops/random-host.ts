/**
 * The random generator of `random.ts` on the host, for initial weights and shuffles: the same bits.
 *
 * @module
 */

/** A pair of 32-bit words. */
export type Words = readonly [number, number];

/**
 * Threefry 2×32 with 20 rounds: a keyed permutation of 64-bit counters whose output passes for random
 * (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). JAX uses the same.
 */
export function threefry2x32(key: Words, counter: Words): Words {
  const words = new Uint32Array(2);
  permute(key[0], key[1], counter[0], counter[1], words);
  return [words[0]!, words[1]!];
}

/** Threefry into `words`, without a pair for each counter: initial weights are millions of numbers. */
function permute(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  words: Uint32Array,
): void {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let group = 1; group <= 5; group++) {
    const isOdd = (group & 1) === 1;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, isOdd ? 13 : 17) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, isOdd ? 15 : 29) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, isOdd ? 26 : 16) ^ x0;
    x0 = (x0 + x1) | 0;
    x1 = rotate(x1, isOdd ? 6 : 24) ^ x0;
    const turn = group % 3;
    x0 = (x0 + (turn === 0 ? key0 : turn === 1 ? key1 : key2)) | 0;
    x1 = (x1 + (turn === 0 ? key1 : turn === 1 ? key2 : key0) + group) | 0;
  }
  words[0] = x0;
  words[1] = x1;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/**
 * A number that tells the draws of one call apart, to be mixed into the seed by exclusive or: a permutation
 * of 32-bit words (the finalizer of MurmurHash3) that keeps 0.
 */
export function drawKey(draw: number): number {
  let hash = draw | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Which random numbers: the words of a draw's key. */
export interface HostDraw {
  readonly seed: number;
  /** How far the stream has come: the call. */
  readonly position: number;
  /** Which draw of the call. */
  readonly draw: number;
}

/** `count` words of 32 random bits, those of `randomBits`; the first has index `start`. */
export function hostBits(
  { seed, position, draw }: HostDraw,
  count: number,
  start = 0,
): Uint32Array {
  const key = (seed ^ drawKey(draw)) >>> 0;
  const words = new Uint32Array(2);
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    permute(key, position >>> 0, 0, start + i, words);
    bits[i] = words[0]!;
  }
  return bits;
}

/** `count` numbers in [0, 1), bit-equal to those of `uniform`. */
export function hostUniform(draw: HostDraw, count: number): Float32Array {
  const bits = hostBits(draw, count);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = toUnit(bits[i]!);
  return values;
}

/** `count` standard normal numbers, equal to those of `normal` but for the last bits of `log` and `cos`. */
export function hostNormal(draw: HostDraw, count: number): Float32Array {
  const [lengths, angles] = [hostBits(draw, count), hostBits(draw, count, count)];
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - toUnit(lengths[i]!)));
    values[i] = radius * Math.cos(2 * Math.PI * toUnit(angles[i]!));
  }
  return values;
}

/** The upper 24 bits as a multiple of 2⁻²⁴, exact in f32. */
function toUnit(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}
