/**
 * Activation functions, with PyTorch's definitions and defaults.
 *
 * @module
 */
import { apply, type Node, type Op } from '../graph.ts';
import {
  abs,
  add,
  div,
  erf,
  exp,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  sub,
  tanh,
} from './arithmetic.ts';
import { expm1, log1p } from './exponential.ts';
import { lessEqual } from './logic.ts';
import { checkChoice } from './options.ts';
import { inFloat32, toFloat } from './precision.ts';
import { where } from './where.ts';

/** Declares a function of one tensor, computed in f32: its value and its derivative times dy. */
function activation<Attributes>(
  name: string,
  value: (x: Node, attributes: Attributes) => Node,
  gradient: (context: { x: Node; dy: Node }, attributes: Attributes) => Node,
): Op<Attributes> {
  return {
    name,
    kind: 'composite',
    infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
    compose: ([x], attributes) => inFloat32([x!], (wide) => value(wide, attributes)),
    gradient: ({ inputs: [x], attributes, gradient: upstream }) => [
      inFloat32([x!, upstream], (wide, dy) => gradient({ x: wide, dy: dy! }, attributes)),
    ],
  };
}

/** max(x, 0), with gradient 0 at 0 */
export const reluOp = activation<undefined>(
  'relu',
  (x) => maximum(x, 0),
  ({ x, dy }) => where(lessEqual(x, 0), 0, dy),
);

/** x, or slope · x where x < 0 */
export const leakyReluOp = activation<{ slope: number }>(
  'leakyRelu',
  (x, { slope }) => where(lessEqual(x, 0), mul(x, slope), x),
  ({ x, dy }, { slope }) => where(lessEqual(x, 0), mul(dy, slope), dy),
);

/** x, or alpha · (eˣ − 1) where x < 0 */
export const eluOp = activation<{ alpha: number }>(
  'elu',
  (x, { alpha }) => where(lessEqual(x, 0), mul(expm1(minimum(x, 0)), alpha), x),
  ({ x, dy }, { alpha }) => where(lessEqual(x, 0), mul(mul(dy, exp(minimum(x, 0))), alpha), dy),
);

/** x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel, 2016) */
export const geluOp = activation<undefined>(
  'gelu',
  (x) => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1)),
  ({ x, dy }) => {
    const distribution = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return mul(dy, add(distribution, mul(x, density)));
  },
);

const tanhScale = Math.sqrt(2 / Math.PI);
const tanhCubic = 0.044715;

/** ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))): the approximation of GPT-2 and BERT's first code */
export const geluTanhOp = activation<undefined>(
  'geluTanh',
  (x) => mul(mul(x, 0.5), add(geluTanhInner(x), 1)),
  ({ x, dy }) => {
    const inner = geluTanhInner(x);
    const slope = mul(add(mul(mul(x, x), 3 * tanhCubic), 1), tanhScale);
    const curve = mul(mul(mul(x, 0.5), sub(1, mul(inner, inner))), slope);
    return mul(dy, add(mul(add(inner, 1), 0.5), curve));
  },
);

function geluTanhInner(x: Node): Node {
  return tanh(mul(mul(x, tanhScale), add(mul(mul(x, x), tanhCubic), 1)));
}

/** x · σ(factor · x): SiLU (Swish) for 1, CLIP's quick GELU for 1.702 */
export const swishOp = activation<{ factor: number }>(
  'swish',
  (x, { factor }) => mul(x, sigmoid(scaled(x, factor))),
  ({ x, dy }, { factor }) => {
    const gate = sigmoid(scaled(x, factor));
    return mul(dy, mul(gate, add(mul(scaled(x, factor), sub(1, gate)), 1)));
  },
);

function scaled(x: Node, factor: number): Node {
  return factor === 1 ? x : mul(x, factor);
}

/** log(1 + eˣ), without overflow for large x */
export const softplusOp = activation<undefined>(
  'softplus',
  (x) => add(maximum(x, 0), log1p(exp(neg(abs(x))))),
  ({ x, dy }) => mul(dy, sigmoid(x)),
);

/** x · tanh(log(1 + eˣ)) (Misra, 2019) */
export const mishOp = activation<undefined>(
  'mish',
  (x) => mul(x, tanh(softplus(x))),
  ({ x, dy }) => {
    const inner = tanh(softplus(x));
    return mul(dy, add(inner, mul(mul(x, sigmoid(x)), sub(1, mul(inner, inner)))));
  },
);

/** max(x, 0); at 0 the gradient is 0. NaN stays NaN. */
export function relu(x: Node): Node {
  return apply(reluOp, [toFloat(x)], undefined);
}

/** max(x, 0)², of T5-like models with `relu2` */
export function reluSquared(x: Node): Node {
  const positive = relu(x);
  return mul(positive, positive);
}

/** x, or `slope` · x below 0. */
export function leakyRelu(x: Node, slope = 0.01): Node {
  return apply(leakyReluOp, [toFloat(x)], { slope });
}

/** x, or `alpha` · (eˣ − 1) below 0. */
export function elu(x: Node, alpha = 1): Node {
  return apply(eluOp, [toFloat(x)], { alpha });
}

/** Gaussian error linear unit: exact (`'none'`, by erf) or by `'tanh'`, up to 5e-4 apart. */
export function gelu(x: Node, approximate: 'none' | 'tanh' = 'none'): Node {
  checkChoice('gelu', 'approximate', approximate, ['none', 'tanh']);
  return apply(approximate === 'tanh' ? geluTanhOp : geluOp, [toFloat(x)], undefined);
}

/** x · σ(x), also called Swish */
export function silu(x: Node): Node {
  return apply(swishOp, [toFloat(x)], { factor: 1 });
}

/** x · σ(1.702 x): the GELU of OpenAI's CLIP */
export function quickGelu(x: Node): Node {
  return apply(swishOp, [toFloat(x)], { factor: 1.702 });
}

/** log(1 + eˣ) */
export function softplus(x: Node): Node {
  return apply(softplusOp, [toFloat(x)], undefined);
}

/** log σ(x), without underflow for very negative x */
export function logSigmoid(x: Node): Node {
  return neg(softplus(neg(x)));
}

/** x · tanh(softplus(x)) */
export function mish(x: Node): Node {
  return apply(mishOp, [toFloat(x)], undefined);
}

/** x / (1 + |x|) */
export function softsign(x: Node): Node {
  return div(x, add(abs(x), 1));
}

/** silu(gate) · up: the gated unit of Llama-like models (Shazeer, 2020) */
export function swiglu(gate: Node, up: Node): Node {
  return mul(silu(gate), up);
}

/** gelu(gate) · up: the gated unit of T5 v1.1 (`'tanh'`) and ModernBERT (`'none'`) */
export function geglu(gate: Node, up: Node, approximate: 'none' | 'tanh' = 'none'): Node {
  return mul(gelu(gate, approximate), up);
}
