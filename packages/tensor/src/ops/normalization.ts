import { isFloat } from '../dtype.ts';
import { apply, type Node, type Op } from '../graph.ts';
import { format, type Shape, sizeOf } from '../shape.ts';
import { add, mul, rsqrt, sub } from './arithmetic.ts';
import { sumTo } from './broadcast.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { reshape } from './movement.ts';
import { mean } from './reduce.ts';

interface Normalization {
  /** Added to the variance or mean square. */
  readonly epsilon: number;
  /** Whether the second input is a weight. */
  readonly weight: boolean;
  /** Whether the last input is a bias. */
  readonly bias: boolean;
}

/** (x − mean) / √(variance + ε) · weight + bias over the last axis; the variance divides by n. */
export const layerNormOp: Op<Normalization> = normalization('layerNorm', (x) =>
  sub(x, mean(x, -1, true)),
);

/** x / √(mean of x² + ε) · weight over the last axis */
export const rmsNormOp: Op<Normalization> = normalization('rmsNorm', (x) => x);

/**
 * Both norms scale the centred values c to unit mean square: n = c · r, r = (mean c² + ε)^−½. With g the
 * gradient at n, the one at c is r · (g − n · mean(g · n)), and centring is its own adjoint.
 */
function normalization(name: string, center: (x: Node) => Node): Op<Normalization> {
  const normalize = (x: Node, epsilon: number) => {
    const centered = center(cast(x, 'f32'));
    const scale = rsqrt(add(mean(mul(centered, centered), -1, true), epsilon)); // [rows, 1]
    return { normalized: mul(centered, scale), scale };
  };
  return {
    name,
    kind: 'composite',
    infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
    compose: (inputs, { epsilon, weight, bias }) => {
      let { normalized } = normalize(inputs[0]!, epsilon);
      if (weight) normalized = mul(normalized, cast(inputs[1]!, 'f32'));
      if (bias) normalized = add(normalized, cast(inputs.at(-1)!, 'f32'));
      return cast(normalized, inputs[0]!.dtype);
    },
    gradient: ({ inputs, attributes: { epsilon, weight, bias }, gradient, wants }) => {
      const [x, scaling] = inputs;
      const { normalized, scale } = normalize(x!, epsilon);
      const upstream = cast(gradient, 'f32');
      const inner = weight ? mul(upstream, cast(scaling!, 'f32')) : upstream;
      const along = mul(normalized, mean(mul(inner, normalized), -1, true));
      const gradients: (Node | undefined)[] = [
        wants(0) ? mul(sub(center(inner), along), scale) : undefined,
      ];
      if (weight) {
        gradients.push(wants(1) ? sumTo(mul(upstream, normalized), scaling!.shape) : undefined);
      }
      if (bias) gradients.push(sumTo(upstream, inputs.at(-1)!.shape));
      return gradients;
    },
  };
}

/**
 * Normalization to mean 0 and variance 1 over the last axes, as `torch.nn.functional.layer_norm`.
 *
 * @param x [..., ...normalized]
 * @param normalized sizes of the last axes to normalize over
 * @param weight factor per element, of shape `normalized`
 * @param bias summand per element, of shape `normalized`
 */
export function layerNorm(
  x: Node,
  normalized: Shape,
  weight?: Node,
  bias?: Node,
  epsilon = 1e-5,
): Node {
  return normalizeLast(layerNormOp, x, normalized, { weight, bias, epsilon });
}

/**
 * Scaling to mean square 1 over the last axes (Zhang and Sennrich, 2019), as `torch.nn.functional.rms_norm`.
 *
 * @param weight factor per element, of shape `normalized`
 */
export function rmsNorm(x: Node, normalized: Shape, weight?: Node, epsilon = 1e-6): Node {
  return normalizeLast(rmsNormOp, x, normalized, { weight, epsilon });
}

function normalizeLast(
  op: Op<Normalization>,
  x: Node,
  normalized: Shape,
  { weight, bias, epsilon }: { weight?: Node; bias?: Node; epsilon: number },
): Node {
  const lead = x.shape.length - normalized.length;
  for (const [what, shape] of [
    ['input', x.shape.slice(Math.max(0, lead))],
    ['weight', weight?.shape],
    ['bias', bias?.shape],
  ] as const) {
    if (shape && format(shape) !== format(normalized)) {
      throw new RangeError(
        `${op.name}: normalizes over ${format(normalized)}: got an ${what} that ends in ${format(shape)}`,
      );
    }
  }
  const size = sizeOf(normalized);
  if (normalized.length === 0 || size === 0) {
    throw new RangeError(`${op.name}: nothing to normalize over: got ${format(normalized)}`);
  }
  if (!isFloat(x.dtype)) throw new TypeError(`${op.name}: wants floats: got ${x.dtype}`);
  const inputs = [reshape(x, [...x.shape.slice(0, lead), size])];
  for (const parameter of [weight, bias]) if (parameter) inputs.push(reshape(parameter, [size]));
  const attributes = { epsilon, weight: weight !== undefined, bias: bias !== undefined };
  return reshape(apply(op, inputs, attributes), x.shape);
}

/** Test cases of `layerNorm` and `rmsNorm`. */
export const cases: readonly OpCase[] = [
  {
    name: 'layer norm',
    inputs: [{ shape: [4, 7] }, { shape: [7] }, { shape: [7] }],
    terms: 7,
    secondOrder: true,
    build: ([x, weight, bias]) => layerNorm(x!, [7], weight, bias),
  },
  {
    name: 'layer norm without parameters, two axes',
    inputs: [{ shape: [2, 3, 4] }],
    terms: 12,
    build: ([x]) => layerNorm(x!, [3, 4]),
  },
  {
    name: 'layer norm with weight only, three axes in front',
    inputs: [{ shape: [2, 1, 3, 5] }, { shape: [5] }],
    terms: 6,
    build: ([x, weight]) => layerNorm(x!, [5], weight),
  },
  {
    name: 'layer norm of a constant row',
    inputs: [{ shape: [1, 4], values: [3, 3, 3, 3] }, { shape: [4] }, { shape: [4] }],
    gradient: false,
    terms: 4,
    build: ([x, weight, bias]) => layerNorm(x!, [4], weight, bias),
  },
  {
    name: 'layer norm over a long row',
    inputs: [{ shape: [3, 769] }, { shape: [769] }, { shape: [769] }],
    gradient: false,
    terms: 769,
    build: ([x, weight, bias]) => layerNorm(x!, [769], weight, bias),
  },
  {
    name: 'layer norm of bf16',
    inputs: [{ shape: [3, 8], dtype: 'bf16' }, { shape: [8] }],
    gradient: false,
    terms: 8,
    build: ([x, weight]) => layerNorm(x!, [8], weight),
  },
  {
    name: 'rms norm',
    inputs: [{ shape: [4, 7] }, { shape: [7] }],
    terms: 7,
    secondOrder: true,
    build: ([x, weight]) => rmsNorm(x!, [7], weight),
  },
  { name: 'rms norm of no rows', inputs: [{ shape: [0, 3] }], build: ([x]) => rmsNorm(x!, [3]) },
];
