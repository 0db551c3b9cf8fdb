/** A source of random numbers: each call gives the next one, in [0, 1). */
export type Random = () => number;

/** Mixes the bits of a 32-bit number (the finalizer of MurmurHash3). */
export function mix32(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * A seeded source of random numbers (mulberry32): equal seeds give equal numbers on every machine.
 *
 * @param seed - Any integers; each takes part, so that (seed, row) gives every row numbers of its own.
 */
export function seededRandom(...seed: number[]): Random {
  let state = 0;
  for (const part of seed) state = mix32(state ^ mix32((part + 0x9e3779b9) | 0));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 0x100000000;
  };
}

/** A whole number in [0, `below`). */
export function randomBelow(random: Random, below: number): number {
  return Math.floor(random() * below);
}
