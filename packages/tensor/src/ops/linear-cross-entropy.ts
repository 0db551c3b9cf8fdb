import { isFloat, isInteger } from '../dtype.ts';
import { apply, applyMultiple, type GradientContext, type Node, type Op } from '../graph.ts';
import { format, sameShape, sizeOf } from '../shape.ts';
import { add } from './arithmetic.ts';
import { sum } from './broadcast.ts';
import type { OpCase } from './case.ts';
import { cast } from './cast.ts';
import { concat } from './concat.ts';
import {
  type CrossEntropyAttributes,
  type CrossEntropyOptions,
  checkSmoothing,
  crossEntropyLogitsGradient,
  crossEntropyOp,
  reduceLosses,
  targetWeight,
} from './cross-entropy.ts';
import { linear, matmul } from './matmul.ts';
import { reshape, slice, transpose } from './movement.ts';
import { checkOptions } from './options.ts';
import { checkHostIndices } from './take.ts';

interface LinearCrossEntropyAttributes extends CrossEntropyAttributes {
  /** Whether a bias is the last input. */
  readonly bias: boolean;
  /** Rows whose logits exist at one time. */
  readonly chunkRows: number;
}

/** Logits of one chunk stay below this many elements (64 MiB of f32). */
const chunkElements = 2 ** 24;

/**
 * Losses per row of a classifier: inputs hidden [rows, width], weight [classes, width], targets [rows] and
 * perhaps a bias [classes] → f32 [rows]. The logits are made chunk by chunk, in the forward and again in the
 * backward pass: a language model's [tokens, vocabulary] logits never exist as a whole.
 */
export const linearCrossEntropyOp: Op<LinearCrossEntropyAttributes> = {
  name: 'linearCrossEntropy',
  kind: 'composite',
  infer: ([hidden]) => ({ shape: [hidden!.shape[0]!], dtype: 'f32' }),
  compose: ([hidden, weight, targets, bias], attributes) =>
    concat(
      chunks(hidden!.shape[0]!, attributes.chunkRows).map((rows) => {
        const logits = linear(rows(hidden!), weight!, bias);
        return apply(crossEntropyOp, [logits, rows(targets!)], lossAttributes(attributes));
      }),
    ),
  gradient: ({ inputs, attributes, gradient }: GradientContext<LinearCrossEntropyAttributes>) => {
    const [dHidden, dWeight, dBias] = applyMultiple(
      linearCrossEntropyBackwardOp,
      [...inputs, gradient],
      attributes,
    );
    return [dHidden, dWeight, undefined, ...(dBias ? [dBias] : [])];
  },
};

/** Gradients of `linearCrossEntropy`: its inputs, then the upstream [rows] → those of hidden, weight and perhaps bias. */
export const linearCrossEntropyBackwardOp: Op<LinearCrossEntropyAttributes> = {
  name: 'linearCrossEntropyBackward',
  kind: 'composite',
  infer: ([hidden, weight, , ...rest], { bias }) =>
    [hidden!, weight!, ...(bias ? [rest[0]!] : [])].map(({ shape, dtype }) => ({ shape, dtype })),
  compose: (inputs, attributes) => {
    const [hidden, weight, targets] = inputs as [Node, Node, Node];
    const bias = attributes.bias ? inputs[3]! : undefined;
    const upstream = inputs.at(-1)!;
    const parts = chunks(hidden.shape[0]!, attributes.chunkRows).map((rows) => {
      const logits = linear(rows(hidden), weight, bias);
      const dLogits = crossEntropyLogitsGradient(
        [logits, rows(targets)],
        rows(upstream),
        lossAttributes(attributes),
      ); // [chunk, classes]
      return {
        dHidden: cast(matmul(dLogits, weight), hidden.dtype),
        dWeight: matmul(transpose(dLogits), cast(rows(hidden), 'f32')),
        dBias: sum(dLogits, 0),
      };
    });
    const total = (list: readonly Node[]) => list.reduce((a, b) => add(a, b));
    return [
      concat(parts.map(({ dHidden }) => dHidden)),
      cast(total(parts.map(({ dWeight }) => dWeight)), weight.dtype),
      ...(bias ? [cast(total(parts.map(({ dBias }) => dBias)), bias.dtype)] : []),
    ];
  },
};

/** Functions that cut the rows of each chunk out of a tensor. */
function chunks(rows: number, chunkRows: number): ((x: Node) => Node)[] {
  return Array.from({ length: Math.max(1, Math.ceil(rows / chunkRows)) }, (_, i) => (x: Node) => {
    const start = i * chunkRows;
    const size = Math.min(chunkRows, rows - start);
    return slice(x, x.shape.map(() => 0).with(0, start), x.shape.with(0, size));
  });
}

function lossAttributes({
  ignoreIndex,
  labelSmoothing,
}: CrossEntropyAttributes): CrossEntropyAttributes {
  return { ignoreIndex, labelSmoothing };
}

/** Options of `linearCrossEntropy`. */
export interface LinearCrossEntropyOptions extends Omit<CrossEntropyOptions, 'weight'> {
  /** Rows whose logits exist at one time; by default as many as make 64 MiB. */
  readonly chunkRows?: number;
}

/**
 * `crossEntropy(linear(hidden, weight, bias), targets)` without the whole logits.
 *
 * @param hidden [..., width]
 * @param weight [classes, width]
 * @param bias [classes]
 * @param targets integer classes [...]
 */
export function linearCrossEntropy(
  hidden: Node,
  weight: Node,
  bias: Node | undefined,
  targets: Node,
  options: LinearCrossEntropyOptions = {},
): Node {
  const known = ['ignoreIndex', 'labelSmoothing', 'reduction', 'chunkRows'] as const;
  checkOptions('linearCrossEntropy', options, known);
  const { ignoreIndex = -100, labelSmoothing = 0, reduction = 'mean' } = options;
  checkSmoothing('linearCrossEntropy', labelSmoothing, reduction);
  const [classes, width] = weight.shape;
  if (
    weight.shape.length !== 2 ||
    !classes ||
    hidden.shape.at(-1) !== width ||
    !sameShape(targets.shape, hidden.shape.slice(0, -1)) ||
    (bias && !sameShape(bias.shape, [classes]))
  ) {
    throw new RangeError(
      `linearCrossEntropy: wants hidden [..., width], weight [classes, width], bias [classes] and targets [...]: got ${[hidden, weight, ...(bias ? [bias] : []), targets].map(({ shape }) => format(shape)).join(', ')}`,
    );
  }
  if (!isFloat(hidden.dtype) || !isFloat(weight.dtype) || !isInteger(targets.dtype)) {
    throw new TypeError(
      `linearCrossEntropy: wants float hidden states and weights and integer targets: got ${hidden.dtype}, ${weight.dtype}, ${targets.dtype}`,
    );
  }
  checkHostIndices('linearCrossEntropy', targets, classes, ignoreIndex);
  const rows = sizeOf(targets.shape);
  const { chunkRows = Math.max(1, Math.floor(chunkElements / classes)) } = options;
  if (!Number.isInteger(chunkRows) || chunkRows < 1) {
    throw new RangeError(`linearCrossEntropy: chunkRows must be positive: got ${chunkRows}`);
  }
  const inputs = [reshape(hidden, [rows, width!]), weight, reshape(targets, [rows])];
  if (bias) inputs.push(bias);
  const losses = apply(linearCrossEntropyOp, inputs, {
    ignoreIndex,
    labelSmoothing,
    bias: bias !== undefined,
    chunkRows,
  });
  return reduceLosses(reshape(losses, targets.shape), reduction, () =>
    targetWeight(targets, ignoreIndex),
  );
}

const hidden = { shape: [5, 3] };
const weight = { shape: [4, 3] };
const targets = { shape: [5], dtype: 'i32', values: [1, -100, 3, 0, 3] } as const;

/** Test cases of `linearCrossEntropy`. */
export const cases: readonly OpCase[] = [
  {
    name: 'in one piece',
    inputs: [hidden, weight, targets],
    terms: 20,
    secondOrder: true,
    build: ([h, w, t]) => linearCrossEntropy(h!, w!, undefined, t!),
  },
  {
    name: 'in chunks, with bias and smoothing',
    inputs: [hidden, weight, targets, { shape: [4] }],
    terms: 20,
    build: ([h, w, t, b]) =>
      linearCrossEntropy(h!, w!, b, t!, { chunkRows: 2, labelSmoothing: 0.1 }),
  },
  {
    name: 'per element of a batch',
    inputs: [
      { shape: [2, 3, 4] },
      { shape: [6, 4] },
      { shape: [2, 3], dtype: 'i32', values: { below: 6 } },
    ],
    terms: 24,
    build: ([h, w, t]) =>
      linearCrossEntropy(h!, w!, undefined, t!, { reduction: 'none', chunkRows: 4 }),
  },
];
