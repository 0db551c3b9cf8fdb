/** sin and cos for every f32; WGSL's own are only accurate near 0. */
import type { LibraryFunction } from '../shader.ts';
import { floatOf, opaque } from './bits.ts';
import { polynomial } from './exponential.ts';

/** The high word of a 32 × 32 bit product, from four products of halves. */
const multiplyHigh: LibraryFunction = {
  name: 'multiply_high',
  code: /* wgsl */ `
fn multiply_high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u);
}`,
};

/** 2/π in words of 32 bits, the first of them before the point. */
const twoOverPi = [
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
];

/**
 * x = q·π/2 + r with |r| ≤ π/4: (r, q modulo 4). Up to 8192 π/2 is subtracted in three parts, of which the
 * first two have so few bits that q times them is exact. Beyond, x times 2/π modulo 4 is taken from the bits of
 * 2/π that matter at this exponent (Payne and Hanek).
 */
const reduceAngle: LibraryFunction = {
  name: 'reduce_angle',
  uses: [multiplyHigh, opaque],
  code: /* wgsl */ `
const two_over_pi = array<u32, ${twoOverPi.length}>(${twoOverPi.map((word) => `${word}u`).join(', ')});

fn reduce_angle(x: f32) -> vec2f {
  if (abs(x) <= 8192.0) {
    let q = round(x * 0.6366197723675814);
    let first_part = opaque(fma(q, -1.5703125, x));
    let two_parts = opaque(fma(q, -4.837512969970703e-4, first_part));
    let r = fma(q, -7.549789948768648e-8, two_parts);
    return vec2f(r, q - 4.0 * floor(q * 0.25));
  }
  let bits = bitcast<u32>(x) & 0x7fffffffu;
  let mantissa = (bits & 0x7fffffu) | 0x800000u;
  // |x| = mantissa · 2^exponent; bits of 2/π before bit exponent + 30 give multiples of 4.
  let exponent = i32(bits >> 23u) - 150;
  let first = u32(exponent + 30) / 32u;
  let shift = u32(exponent + 30) % 32u;
  var window: array<u32, 3>;
  for (var i = 0u; i < 3u; i++) {
    let high = two_over_pi[first + i] << shift;
    let low = two_over_pi[first + i + 1u] >> (32u - max(shift, 1u));
    window[i] = select(high | low, high, shift == 0u);
  }
  // mantissa · window, of which the two highest words hold the quadrant and the fraction.
  let lowest = multiply_high(mantissa, window[2]);
  let middle = mantissa * window[1];
  let sum = middle + lowest;
  let carry = select(0u, 1u, sum < middle);
  let highest = mantissa * window[0] + multiply_high(mantissa, window[1]) + carry;
  var quadrant = highest >> 30u;
  var fraction = (highest << 2u) | (sum >> 30u);
  let rest = sum << 2u;
  // To the nearest quadrant, so that the fraction keeps its digits where it is small and negative.
  let up = fraction >= 0x80000000u;
  quadrant = (quadrant + select(0u, 1u, up)) & 3u;
  let tail = select(rest, ~rest, up);
  let size = select(fraction, ~fraction, up);
  let scaled = f32(size) * 0x1p-32 + f32(tail) * 0x1p-64;
  let r = select(scaled, -scaled, up) * 1.5707963267948966;
  let negative = x < 0.0;
  return vec2f(select(r, -r, negative), f32(select(quadrant, (4u - quadrant) & 3u, negative)));
}`,
};

function trigonometric(name: 'sin_f32' | 'cos_f32', shift: 0 | 1): LibraryFunction {
  return {
    name,
    uses: [reduceAngle, floatOf],
    code: /* wgsl */ `
fn ${name}(x: f32) -> f32 {
  if ((bitcast<u32>(x) & 0x7fffffffu) >= 0x7f800000u) { return float_of(0x7fc00000u); }
  let reduced = reduce_angle(x);
  let angle = reduced.x;
  let quadrant = (u32(reduced.y) + ${shift}u) & 3u;
  let square = angle * angle;
  let sine_tail = ${polynomial('square', [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4])};
  let sine = fma(sine_tail * square, angle, angle);
  let cosine_tail = ${polynomial('square', [4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5])};
  let cosine = fma(cosine_tail * square, square, fma(square, -0.5, 1.0));
  let value = select(sine, cosine, (quadrant & 1u) == 1u);
  return select(value, -value, quadrant >= 2u);
}`,
  };
}

/** sin x within 2 ulp; NaN at ±∞. */
export const sin = trigonometric('sin_f32', 0);

/** cos x within 2 ulp; NaN at ±∞. */
export const cos = trigonometric('cos_f32', 1);
