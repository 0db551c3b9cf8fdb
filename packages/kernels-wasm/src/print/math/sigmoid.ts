import { type FunctionBuilder, f32x4, type Local, type V128, v128 } from '../../wasm/index.ts';
import { exp } from './exp.ts';

/**
 * `1 / (1 + e⁻ˣ)` on four lanes, within 2 ulp. The exponential is of −|x|, so that it cannot overflow
 * and results near 0 keep their precision.
 */
export function sigmoid(f: FunctionBuilder, input: V128): Local<'v128'> {
  const x = f.let(input);
  const power = exp(f, v128.or(x, f32x4.splat(-0)));
  const one = f32x4.splat(1);
  const numerator = v128.bitselect(power, one, f32x4.lt(x, f32x4.splat(0)));
  return f.let(f32x4.div(numerator, f32x4.add(one, power)));
}
