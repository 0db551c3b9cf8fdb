import { isFloat } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { broadcastShapes, format, sameShape } from '../shape.ts';
import { add, mul, neg, sub } from './arithmetic.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { concat, stack } from './concat.ts';
import { reshape, slice } from './movement.ts';

/** Which elements of a head form the pairs that are turned. */
export type RotaryLayout =
  /** (x[i], x[i + n/2]): GPT-NeoX, Llama and most Hugging Face models */
  | 'half'
  /** (x[2i], x[2i + 1]): the paper, GPT-J, Meta's Llama code */
  | 'interleaved';

interface RotaryAttributes {
  readonly layout: RotaryLayout;
}

/**
 * Inputs x [..., positions, headDim], cos and sin that broadcast to [..., positions, n/2], n ≤ headDim: the
 * first n elements of each head are pairs (a, b) turned to (a cos − b sin, b cos + a sin), the rest stays.
 */
export const rotaryOp: Op<RotaryAttributes> = {
  name: 'rotary',
  kind: 'composite',
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  compose: ([x, cos, sin], { layout }) => {
    const { shape } = x!;
    const turned = 2 * cos!.shape.at(-1)!;
    const part = (start: number, size: number, step = 1) =>
      slice(
        x!,
        shape.map(() => 0).with(-1, start),
        shape.with(-1, size),
        shape.map(() => 1).with(-1, step),
      );
    const pairs =
      layout === 'half'
        ? [part(0, turned / 2), part(turned / 2, turned / 2)]
        : [part(0, turned / 2, 2), part(1, turned / 2, 2)];
    const [a, b, c, s] = [...pairs, cos!, sin!].map((input) => cast(input, 'f32'));
    const first = sub(mul(a!, c!), mul(b!, s!));
    const second = add(mul(b!, c!), mul(a!, s!));
    const result =
      layout === 'half'
        ? concat([first, second], -1)
        : reshape(stack([first, second], -1), shape.with(-1, turned));
    const rest = part(turned, shape.at(-1)! - turned);
    return concat([cast(result, x!.dtype), rest], -1);
  },
  // A turn by the opposite angle. cos and sin are tables of positions; they have no gradient.
  gradient: ({ inputs: [, cos, sin], attributes, gradient }) => [
    apply(rotaryOp, [gradient, cos!, neg(sin!)], attributes),
  ],
};

/**
 * Rotary position embedding (Su et al., RoFormer, 2021).
 *
 * @param x [..., positions, headDim]
 * @param cos [..., positions, n/2], cosines of position · frequency; n < headDim turns only the first n
 * @param sin of the same shape as `cos`
 */
export function rotary(x: Node, cos: Node, sin: Node, layout: RotaryLayout = 'half'): Node {
  if (layout !== 'half' && layout !== 'interleaved') {
    throw new TypeError(`rotary: layout is '${layout}'; it takes 'half', 'interleaved'`);
  }
  if (cos.differentiable || sin.differentiable) {
    throw new TypeError('rotary: cos and sin are tables without a gradient; detach() them');
  }
  for (const { dtype } of [x, cos, sin]) {
    if (!isFloat(dtype)) throw new TypeError(`rotary: wants floats: got ${dtype}`);
  }
  const half = cos.shape.at(-1) ?? 0;
  const pairs = x.shape.length > 0 && half > 0 && 2 * half <= x.shape.at(-1)!;
  if (!pairs || !sameShape(cos.shape, sin.shape)) {
    throw new RangeError(
      `rotary: wants x [..., positions, headDim], cos and sin [..., positions, n/2] with n ≤ headDim: got ${[x, cos, sin].map(({ shape }) => format(shape)).join(', ')}`,
    );
  }
  const turned = x.shape.with(-1, half);
  if (!sameShape(broadcastShapes(turned, cos.shape, 'rotary'), turned)) {
    throw new RangeError(
      `rotary: cos and sin must broadcast to ${format(turned)}: got ${format(cos.shape)}`,
    );
  }
  return apply(rotaryOp, [x, cos, sin], { layout });
}

const table = { shape: [3, 2], differentiable: false } as const;

/** Test cases of `rotary`. */
export const cases: readonly OpCase[] = [
  {
    name: 'halves',
    inputs: [{ shape: [2, 3, 4] }, table, table],
    terms: 2,
    secondOrder: true,
    build: ([x, cos, sin]) => rotary(x!, cos!, sin!),
  },
  {
    name: 'interleaved',
    inputs: [{ shape: [2, 3, 4] }, table, table],
    terms: 2,
    build: ([x, cos, sin]) => rotary(x!, cos!, sin!, 'interleaved'),
  },
  {
    name: 'first part only',
    inputs: [{ shape: [3, 7] }, table, table],
    terms: 2,
    build: ([x, cos, sin]) => [rotary(x!, cos!, sin!), rotary(x!, cos!, sin!, 'interleaved')],
  },
  {
    name: 'a table per sentence, in bf16',
    inputs: [
      { shape: [2, 4, 3, 4], dtype: 'bf16' },
      { shape: [2, 1, 3, 2], differentiable: false },
      { shape: [2, 1, 3, 2], differentiable: false },
    ],
    terms: 2,
    build: ([x, cos, sin]) => rotary(x!, cos!, sin!),
  },
];
