import { type FunctionBuilder, type I32, i32, type Local } from '../../wasm/index.ts';
import { product } from './spec.ts';

/** Bytes from the first matrix of an operand to matrix number `index` of the batch. */
export function batchOffset(
  index: I32,
  sizes: readonly number[],
  strides: readonly number[],
  bytes: number,
): I32 {
  let offset: I32 = i32.const(0);
  sizes.forEach((size, dimension) => {
    const stride = strides[dimension]!;
    if (stride === 0 || size === 1) return;
    const inner = product(sizes.slice(dimension + 1));
    const outer = product(sizes.slice(0, dimension));
    const quotient = inner === 1 ? index : i32.divU(index, inner);
    const position = outer === 1 ? quotient : i32.remU(quotient, size);
    offset = i32.add(offset, i32.mul(position, stride * bytes));
  });
  return offset;
}

/** Splits a number into digits: the last radix is the fastest. The first digit is not reduced. */
export function digits(
  f: FunctionBuilder,
  number: Local<'i32'>,
  radices: readonly number[],
): Local<'i32'>[] {
  const out: Local<'i32'>[] = [];
  let rest: I32 = number;
  for (const radix of radices.toReversed()) {
    const current = f.let(rest);
    out.unshift(f.let(radix === 1 ? i32.const(0) : i32.remU(current, radix)));
    rest = radix === 1 ? current : i32.divU(current, radix);
  }
  out.unshift(f.let(rest));
  return out;
}
