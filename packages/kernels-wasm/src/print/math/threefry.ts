import { type FunctionBuilder, i32x4, type Local, type V128, v128 } from '../../wasm/index.ts';

const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;

/**
 * The first word of Threefry 2×32 with 20 rounds (Salmon et al., 2011) on four lanes: key
 * (seed, position), counter (0, index).
 */
export function threefry(
  f: FunctionBuilder,
  seed: V128,
  position: V128,
  index: V128,
): Local<'v128'> {
  const first = f.let(seed);
  const second = f.let(position);
  const third = f.let(v128.xor(i32x4.splat(parity), v128.xor(first, second)));
  const keys = [first, second, third];
  const x = f.let(first as V128);
  const y = f.let(i32x4.add(index, second));
  for (let round = 0; round < 20; round++) {
    const bits = rotations[round % 8]!;
    f.set(x, i32x4.add(x, y));
    f.set(y, v128.xor(x, v128.or(i32x4.shl(y, bits), i32x4.shrU(y, 32 - bits))));
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      f.set(x, i32x4.add(x, keys[injection % 3]!));
      const counted = i32x4.add(keys[(injection + 1) % 3]!, i32x4.splat(injection));
      f.set(y, i32x4.add(y, counted));
    }
  }
  return x;
}
