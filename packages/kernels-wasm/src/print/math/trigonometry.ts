import {
  type FunctionBuilder,
  f32x4,
  f64x2,
  i32x4,
  type Local,
  type V128,
  v128,
} from '../../wasm/index.ts';
import type { Library } from '../library.ts';
import { polynomial } from './polynomial.ts';

/** `sin x` on four lanes, within 1 ulp for every f32; NaN at ±∞. */
export function sin(f: FunctionBuilder, library: Library, input: V128): V128 {
  return f.callValue(trigonometric(library, 0), input);
}

/** `cos x` on four lanes, within 1 ulp for every f32; NaN at ±∞. */
export function cos(f: FunctionBuilder, library: Library, input: V128): V128 {
  return f.callValue(trigonometric(library, 1), input);
}

/** sin(x + shift·π/2). */
function trigonometric(library: Library, shift: 0 | 1) {
  return library.function(`sin${shift}`, { x: 'v128' }, 'v128', (f, { x }) => {
    const high = f.let(f32x4.shuffle(x, x, [2, 3, 2, 3]));
    const halves = [x, high].map((half) => f.let(f64x2.promoteLowF32x4(half)));
    const quotients = f.locals('v128', 2);
    const remainders = f.locals('v128', 2);
    const huge = v128.anyTrue(f32x4.gt(f32x4.abs(x), f32x4.splat(1e5)));
    f.if(
      huge,
      () => {
        for (const i of [0, 1]) reduceHuge(f, halves[i]!, quotients[i]!, remainders[i]!);
      },
      () => {
        for (const i of [0, 1]) reduce(f, halves[i]!, quotients[i]!, remainders[i]!);
      },
    );
    const [q, r] = [quotients, remainders];
    const whole = (half: V128) => i32x4.truncSatF64x2SZero(half);
    const quadrant = f.let(f32x4.shuffle(whole(q[0]!), whole(q[1]!), [0, 1, 4, 5]));
    const narrow = (half: V128) => f32x4.demoteF64x2Zero(half);
    const angle = f.let(f32x4.shuffle(narrow(r[0]!), narrow(r[1]!), [0, 1, 4, 5]));
    if (shift) f.set(quadrant, i32x4.add(quadrant, i32x4.splat(shift)));
    const square = f.let(f32x4.mul(angle, angle));
    const sineTail = polynomial(f, square, [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]);
    const sine = f.multiplyAdd(f32x4.mul(sineTail, square), angle, angle);
    const cosineTail = polynomial(
      f,
      square,
      [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5],
    );
    const cosine = f.multiplyAdd(
      f32x4.mul(cosineTail, square),
      square,
      f.negativeMultiplyAdd(square, f32x4.splat(0.5), f32x4.splat(1)),
    );
    const odd = i32x4.ne(v128.and(quadrant, i32x4.splat(1)), i32x4.splat(0));
    const value = v128.bitselect(cosine, sine, odd);
    // Quadrants 2 and 3 are negative.
    const sign = i32x4.shl(v128.and(quadrant, i32x4.splat(2)), 30);
    return v128.xor(value, sign);
  });
}

/** x = q·π/2 + r for |x| ≤ 1e5: π/2 in two doubles, the first of 33 bits, so that q times it is exact. */
function reduce(f: FunctionBuilder, x: V128, q: Local<'v128'>, r: Local<'v128'>): void {
  f.set(q, f64x2.nearest(f64x2.mul(x, f64x2.splat(2 / Math.PI))));
  f.set(r, f64x2.sub(x, f64x2.mul(q, f64x2.splat(1.5707963267341256))));
  f.set(r, f64x2.sub(r, f64x2.mul(q, f64x2.splat(6.077100506506192e-11))));
}

/**
 * The same for any f32, q modulo 4 (Payne and Hanek): x times 2/π, whose bits come in pieces of 24, so
 * that each product is exact, and so is each product modulo 4. Infinities give NaN.
 */
function reduceHuge(f: FunctionBuilder, x: V128, q: Local<'v128'>, r: Local<'v128'>): void {
  const turns = f.let(f64x2.splat(0));
  twoOverPi.forEach((bits, piece) => {
    const product = f.let(f64x2.mul(x, f64x2.splat(bits * 2 ** (-24 * (piece + 1)))));
    // To the nearest multiple of 4, not downwards: small angles keep their precision.
    const multiple = f64x2.mul(
      f64x2.nearest(f64x2.mul(product, f64x2.splat(0.25))),
      f64x2.splat(4),
    );
    f.set(turns, f64x2.add(turns, f64x2.sub(product, multiple)));
    // Before the small pieces come, drop the whole turns that would push their bits out.
    const whole = f64x2.mul(f64x2.nearest(f64x2.mul(turns, f64x2.splat(0.25))), f64x2.splat(4));
    f.set(turns, f64x2.sub(turns, whole));
  });
  f.set(q, f64x2.nearest(turns));
  f.set(r, f64x2.mul(f64x2.sub(turns, q), f64x2.splat(Math.PI / 2)));
}

/** The bits of 2/π after the point, 24 at a time: enough for the largest f32 and 53 bits of fraction. */
const twoOverPi = [
  0xa2f983, 0x6e4e44, 0x1529fc, 0x2757d1, 0xf534dd, 0xc0db62, 0x95993c, 0x439041, 0xfe5163,
];
