import type { Node } from '../graph.ts';
import * as activation from './activation.ts';
import type { OpCase } from './case.ts';

const smooth: Record<string, (x: Node) => Node> = {
  gelu: (x) => activation.gelu(x),
  'gelu by tanh': (x) => activation.gelu(x, 'tanh'),
  silu: activation.silu,
  'quick GELU': activation.quickGelu,
  softplus: activation.softplus,
  'log-sigmoid': activation.logSigmoid,
  mish: activation.mish,
};

const kinked: Record<string, (x: Node) => Node> = {
  relu: activation.relu,
  'relu squared': activation.reluSquared,
  'leaky relu': (x) => activation.leakyRelu(x),
  elu: (x) => activation.elu(x, 0.7),
  softsign: activation.softsign,
};

const extremes = [
  0,
  -0,
  1e-6,
  -1e-6,
  3,
  -3,
  12,
  -12,
  40,
  -40,
  200,
  -200,
  Number.POSITIVE_INFINITY,
  Number.NaN,
];

/** Test cases of the activation functions. */
export const cases: readonly OpCase[] = [
  ...Object.entries(smooth).map(
    ([name, build]): OpCase => ({
      name,
      inputs: [{ shape: [3, 5] }],
      secondOrder: true,
      build: ([x]) => build(x!),
    }),
  ),
  ...Object.entries(kinked).map(
    ([name, build]): OpCase => ({
      name,
      // Half a step away from 0, where they have no derivative.
      inputs: [{ shape: [8], values: [-3, -1.5, -0.6, -0.1, 0.1, 0.4, 1.7, 4] }],
      build: ([x]) => build(x!),
    }),
  ),
  ...Object.entries({ ...smooth, ...kinked }).map(
    ([name, build]): OpCase => ({
      name: `${name} at extremes`,
      inputs: [{ shape: [14], values: extremes }],
      gradient: false,
      build: ([x]) => build(x!),
    }),
  ),
  {
    name: 'gelu of halves',
    inputs: [{ shape: [7], dtype: 'f16' }],
    gradient: false,
    build: ([x]) => activation.gelu(x!),
  },
  {
    name: 'swiglu',
    inputs: [{ shape: [2, 5] }, { shape: [2, 5] }],
    build: ([gate, up]) => activation.swiglu(gate!, up!),
  },
  {
    name: 'geglu',
    inputs: [{ shape: [2, 5] }, { shape: [2, 5] }],
    build: ([gate, up]) => activation.geglu(gate!, up!, 'tanh'),
  },
];
