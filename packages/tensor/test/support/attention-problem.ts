/** Attention as kernels get it, and what they should give: for the tests of every backend. */

import type { CoarseKernel, CoarseOperand } from '../../src/backend/index.ts';

/** Sizes of an attention and what is hidden. */
export interface AttentionCase {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly valueDim: number;
  /** Keys after the query that it sees; 0 is causal. */
  readonly right: number | null;
  /** Keys before the query that it sees; all by default. */
  readonly left?: number;
  readonly softcap?: number;
  /** Position of the first query. */
  readonly position?: number;
  /** Shape of a mask; its last size is `keys`. */
  readonly mask?: readonly [number, number, number, number];
  readonly maskKind?: 'boolean' | 'additive';
  /** Whether the log-sum-exp has a gradient. */
  readonly logSumExpGradient?: boolean;
}

/** Attributes as `@llm/tensor` makes them. */
export const attributes = {
  scale: 0.3,
  left: null,
  right: null as number | null,
  softcap: null,
  mask: 'none',
  offset: false,
  dropout: 0,
  draw: 0,
};

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function rowMajor(
  buffer: number,
  shape: readonly number[],
  dtype: CoarseOperand['dtype'] = 'f32',
): CoarseOperand {
  const strides = shape.map((_, index) => sizeOf(shape.slice(index + 1)));
  return { buffer, offset: 0, shape, dtype, strides };
}

/** The shapes of q, k, v, out and logSumExp. */
export function shapesOf(x: AttentionCase) {
  return {
    q: [x.batch, x.heads, x.queries, x.headDim],
    k: [x.batch, x.keyHeads, x.keys, x.headDim],
    v: [x.batch, x.keyHeads, x.keys, x.valueDim],
    out: [x.batch, x.heads, x.queries, x.valueDim],
    logSumExp: [x.batch, x.heads, x.queries],
  };
}

/** The coarse kernel as the compiler emits it. */
export function kernelOf(
  x: AttentionCase,
  operation: 'attention' | 'attentionBackward',
): CoarseKernel {
  const { q, k, v, out, logSumExp } = shapesOf(x);
  const backward = operation === 'attentionBackward';
  const specs: [readonly number[], CoarseOperand['dtype']?][] = [
    [q],
    [k],
    [v],
    ...(x.mask ? [[x.mask, x.maskKind === 'boolean' ? 'bool' : 'f32'] as const] : []),
    ...(x.position === undefined ? [] : [[[], 'i32'] as const]),
    ...(backward ? [[out] as const, [logSumExp] as const, [out] as const] : []),
    ...(backward && x.logSumExpGradient ? [[logSumExp] as const] : []),
  ].map(([shape, dtype]) => [shape as number[], dtype as CoarseOperand['dtype']]);
  const inputs = specs.map(([shape, dtype], index) => rowMajor(index, shape, dtype));
  const outputs = (backward ? [q, k, v] : [out, logSumExp]).map((shape, index) =>
    rowMajor(inputs.length + index, shape),
  );
  return {
    kind: 'coarse',
    name: operation,
    operation,
    attributes: {
      ...attributes,
      right: x.right,
      left: x.left ?? null,
      softcap: x.softcap ?? null,
      offset: x.position !== undefined,
      mask: x.maskKind ?? 'none',
      logSumExpGradient: x.logSumExpGradient ?? false,
      maskGradient: false,
    },
    buffers: [...inputs, ...outputs].map(({ dtype, shape }, index) => ({
      dtype,
      size: sizeOf(shape),
      access: index < inputs.length ? 'read' : 'write',
    })),
    inputs,
    outputs,
  };
}

const wave = (count: number, seed: number, size: number) =>
  Float32Array.from({ length: count }, (_, index) => Math.sin((index + 1) * seed) * size);

/** Values of a case's inputs. Scores reach ±30: the running maximum has to move between tiles. */
export function valuesOf(x: AttentionCase) {
  const shapes = shapesOf(x);
  const maskCount = sizeOf(x.mask ?? [0]);
  const mask =
    x.maskKind === 'boolean'
      ? // The first row of keys sees nothing at all.
        Uint8Array.from({ length: maskCount }, (_, i) => (i >= x.keys && (i * 7) % 5 < 3 ? 1 : 0))
      : Float32Array.from({ length: maskCount }, (_, i) =>
          i < x.keys || i % 4 === 1 ? [-2e30, Number.NEGATIVE_INFINITY][i % 2]! : Math.sin(i),
        );
  return {
    q: wave(sizeOf(shapes.q), 0.7, 4),
    k: wave(sizeOf(shapes.k), 1.3, 4),
    v: wave(sizeOf(shapes.v), 0.37, 1),
    mask,
    dOut: wave(sizeOf(shapes.out), 0.91, 1),
    dLogSumExp: wave(sizeOf(shapes.logSumExp), 0.53, 1),
  };
}

/** What the kernels should give, in double precision, from the definition. */
export function reference(x: AttentionCase, values: ReturnType<typeof valuesOf>) {
  const { q, k, v, mask, dOut, dLogSumExp } = values;
  const shapes = shapesOf(x);
  const out = new Float64Array(sizeOf(shapes.out));
  const logSumExp = new Float64Array(sizeOf(shapes.logSumExp));
  const dQ = new Float64Array(q.length);
  const dK = new Float64Array(k.length);
  const dV = new Float64Array(v.length);
  const [maskBatch, maskHeads, maskQueries] = x.mask ?? [1, 1, 1];
  for (let row = 0; row < logSumExp.length; row++) {
    const query = row % x.queries;
    const head = Math.floor(row / x.queries) % x.heads;
    const item = Math.floor(row / x.queries / x.heads);
    const key0 = (item * x.keyHeads + Math.floor((head * x.keyHeads) / x.heads)) * x.keys;
    const maskRow =
      ((maskBatch === 1 ? 0 : item) * maskHeads + (maskHeads === 1 ? 0 : head)) * maskQueries +
      (maskQueries === 1 ? 0 : query);
    const place = (x.position ?? 0) + query;
    const scored = Array.from({ length: x.keys }, (_, key) => {
      let score = 0;
      for (let i = 0; i < x.headDim; i++) {
        score += q[row * x.headDim + i]! * k[(key0 + key) * x.headDim + i]!;
      }
      score *= attributes.scale;
      let slope = attributes.scale;
      if (x.softcap) {
        const capped = Math.tanh(score / x.softcap);
        score = x.softcap * capped;
        slope *= 1 - capped * capped;
      }
      const word = mask[maskRow * x.keys + key] ?? 0;
      if (x.maskKind === 'additive') score += word;
      const live = x.maskKind === 'boolean' ? word === 1 : score >= -1e30;
      const hidden =
        (x.right !== null && key > place + x.right) ||
        (x.left !== undefined && key < place - x.left);
      if (hidden) return { score: -2e30, slope: 0 };
      return live ? { score, slope } : { score: -1e30, slope: 0 };
    });
    const largest = Math.max(...scored.map(({ score }) => score));
    const weights = scored.map(({ score }) => Math.exp(score - largest));
    const total = weights.reduce((a, b) => a + b, 0);
    logSumExp[row] = largest + Math.log(total);
    const slopes = weights.map((weight, key) => {
      let slope = 0;
      for (let i = 0; i < x.valueDim; i++) {
        const element = (key0 + key) * x.valueDim + i;
        out[row * x.valueDim + i]! += (weight / total) * v[element]!;
        dV[element]! += (weight / total) * dOut[row * x.valueDim + i]!;
        slope += dOut[row * x.valueDim + i]! * v[element]!;
      }
      return slope;
    });
    let removed = x.logSumExpGradient ? -dLogSumExp[row]! : 0;
    for (let i = 0; i < x.valueDim; i++) {
      removed += dOut[row * x.valueDim + i]! * out[row * x.valueDim + i]!;
    }
    scored.forEach(({ slope }, key) => {
      const dScore = (weights[key]! / total) * (slopes[key]! - removed) * slope;
      for (let i = 0; i < x.headDim; i++) {
        dQ[row * x.headDim + i]! += dScore * k[(key0 + key) * x.headDim + i]!;
        dK[(key0 + key) * x.headDim + i]! += dScore * q[row * x.headDim + i]!;
      }
    });
  }
  return { out, logSumExp, dQ, dK, dV };
}

/** An error of the score of ε·√headDim·Σ|terms|, which becomes a relative error of the weight. */
export function scoreErrorOf({ headDim }: AttentionCase): number {
  return 8 * 2 ** -24 * Math.sqrt(headDim) * headDim * 16 * attributes.scale;
}
