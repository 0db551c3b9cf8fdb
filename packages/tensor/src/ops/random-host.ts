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
  const keys = [key[0], key[1], key[0] ^ key[1] ^ 0x1bd11bda];
  let x0 = (counter[0] + keys[0]!) | 0;
  let x1 = (counter[1] + keys[1]!) | 0;
  for (let group = 0; group < 5; group++) {
    for (const rotation of rotations[group % 2]!) {
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    }
    x0 = (x0 + keys[(group + 1) % 3]!) | 0;
    x1 = (x1 + keys[(group + 2) % 3]! + group + 1) | 0;
  }
  return [x0 >>> 0, x1 >>> 0];
}

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
] as const;

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
  const key: Words = [(seed ^ drawKey(draw)) >>> 0, position >>> 0];
  return Uint32Array.from({ length: count }, (_, i) => threefry2x32(key, [0, start + i])[0]);
}

/** `count` numbers in [0, 1), bit-equal to those of `uniform`. */
export function hostUniform(draw: HostDraw, count: number): Float32Array {
  return Float32Array.from(hostBits(draw, count), toUnit);
}

/** `count` standard normal numbers, equal to those of `normal` but for the last bits of `log` and `cos`. */
export function hostNormal(draw: HostDraw, count: number): Float32Array {
  const angles = hostBits(draw, count, count);
  return Float32Array.from(hostBits(draw, count), (bits, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - toUnit(bits)));
    return radius * Math.cos(2 * Math.PI * toUnit(angles[i]!));
  });
}

/** The upper 24 bits as a multiple of 2⁻²⁴, exact in f32. */
function toUnit(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}
