import { isFloat } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { groupsOf, type QuantizedLayout, wordsOf } from '../ir/quantized.ts';
import { format } from '../shape.ts';
import { add } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { checkQuantized, dequantize, isQuantized } from './dequantize.ts';
import { matmul } from './matmul.ts';
import { permute, reshape } from './movement.ts';

/**
 * x · Wᵀ with W quantized: x [count, columns], then the parts of W (see `dequantizeOp`) → [count, rows] of x's
 * dtype. A backend's kernel reads the codes and never stores W; sums are f32. The gradient is the definition's.
 */
export const quantizedLinearOp: Op<QuantizedLayout> = {
  name: 'quantizedLinear',
  kind: 'composite',
  infer: ([x, ...parts], layout) => {
    const rows = checkQuantized('quantizedLinear', parts, layout);
    if (x!.shape.length !== 2 || x!.shape[1] !== layout.columns || !isFloat(x!.dtype)) {
      throw new RangeError(
        `quantizedLinear: wants floats [count, ${layout.columns}]: got ${x!.dtype} ${format(x!.shape)}`,
      );
    }
    return { shape: [x!.shape[0]!, rows], dtype: x!.dtype };
  },
  compose: ([x, ...parts], layout) => {
    const weight = permute(dequantize(parts, layout), [1, 0]);
    return cast(matmul(x!, weight), x!.dtype);
  },
};

/**
 * x · Wᵀ + bias with a quantized W.
 *
 * @param x [..., columns]
 * @param weight a node of `dequantize` [rows, columns]
 * @param bias [rows]
 * @returns [..., rows]
 */
export function quantizedLinear(x: Node, weight: Node, bias?: Node): Node {
  if (!isQuantized(weight)) {
    throw new TypeError('quantizedLinear: wants a quantized weight: got other values');
  }
  const { columns } = weight.attributes as QuantizedLayout;
  if (x.shape.at(-1) !== columns) {
    throw new RangeError(
      `linear: the input's last size and the weight's differ: got ${format(x.shape)} and ${format(weight.shape)}`,
    );
  }
  const count = x.shape.slice(0, -1).reduce((all, size) => all * size, 1);
  const flat = apply(
    quantizedLinearOp,
    [reshape(x, [count, columns]), ...weight.inputs],
    weight.attributes as QuantizedLayout,
  );
  const product = reshape(flat, [...x.shape.slice(0, -1), weight.shape[0]!]);
  return bias ? add(product, bias) : product;
}

/** Words with all bits in use, so that every place and sign of a code occurs. */
function words(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.imul(i + 1, 0x9e3779b1));
}

/** Name, rows of x, rows of the matrix, its layout, whether it has offsets, and the type of its scales. */
type LinearCase = readonly [string, number, number, QuantizedLayout, boolean, ('f32' | 'f16')?];

const linearCases: readonly LinearCase[] = [
  ['4 bits', 1, 5, { bits: 4, columns: 64, group: 32 }, false],
  ['4 bits with offsets', 3, 7, { bits: 4, columns: 96, group: 32 }, true],
  ['4 bits, several rows of x', 9, 6, { bits: 4, columns: 64, group: 64 }, true],
  ['8 bits per row', 1, 9, { bits: 8, columns: 48, group: 48 }, false],
  ['8 bits in groups of 16', 2, 3, { bits: 8, columns: 64, group: 16 }, true],
  ['columns that are no whole block', 2, 3, { bits: 8, columns: 21, group: 21 }, false],
  ['half-precision scales', 1, 66, { bits: 4, columns: 64, group: 32 }, true, 'f16'],
  ['more rows of x than decoding has', 40, 5, { bits: 4, columns: 64, group: 32 }, true],
];

/** Test cases of `dequantize` and `quantizedLinear`; marked as pure, for bundlers to leave out. */
export const cases: readonly OpCase[] = /* @__PURE__ */ linearCases.map(
  ([name, count, rows, layout, offsets, scaleType = 'f32']): OpCase => {
    const perRow = wordsOf(layout);
    const part = { shape: [rows, groupsOf(layout)], dtype: scaleType } as const;
    return {
      name,
      inputs: [
        { shape: [count, layout.columns] },
        { shape: [rows, perRow], dtype: 'i32', values: words(rows * perRow) },
        part,
        ...(offsets ? [part] : []),
      ],
      terms: layout.columns,
      // Second differences of numbers with eleven bits say nothing.
      ...(scaleType === 'f16' && { gradient: false }),
      build: ([x, ...parts]) => quantizedLinear(x!, dequantize(parts, layout)),
    };
  },
);
