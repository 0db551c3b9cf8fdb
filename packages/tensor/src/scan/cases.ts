import type { OpCase } from '../ops/case.ts';
import { Tensor } from '../tensor.ts';
import { type ScanStep, scan } from './scan.ts';

/** A recurrent network's cell: gates from the input and the last output, a state that they update. */
const cell =
  (weight: Tensor): ScanStep<Tensor[], Tensor, Tensor> =>
  ([hidden, memory], x) => {
    const gates = x.add(hidden!.matmul(weight));
    const size = hidden!.shape.at(-1)!;
    const gate = (index: number) => gates.slice(null, [index * size, (index + 1) * size]);
    const next = memory!.mul(gate(0).sigmoid()).add(gate(1).sigmoid().mul(gate(2).tanh()));
    const output = next.tanh().mul(gate(3).sigmoid());
    return [[output, next], output];
  };

/** Test cases of `scan`. */
export const cases: readonly OpCase[] = [
  {
    name: 'a running sum, the carry alone and stacked',
    inputs: [{ shape: [3] }, { shape: [5, 3] }],
    terms: 5,
    build: ([first, xs]) => {
      const { carry, ys } = scan(
        (sum: Tensor, x: Tensor) => [sum.add(x), sum.mul(x)],
        new Tensor(first!),
        new Tensor(xs!),
      );
      return [carry.node, ys.node];
    },
  },
  {
    name: 'one step',
    inputs: [{ shape: [2, 2] }, { shape: [1, 2] }],
    build: ([first, xs]) => {
      const step: ScanStep<Tensor, Tensor, Tensor> = (state, x) => [state.mul(x).tanh(), state];
      const { carry, ys } = scan(step, new Tensor(first!), new Tensor(xs!));
      return [carry.node, ys.node];
    },
  },
  {
    name: 'two states that swap, a result twice, and one state that stays',
    inputs: [{ shape: [3] }, { shape: [3] }, { shape: [3] }, { shape: [4, 3] }],
    terms: 8,
    build: (inputs) => {
      const [a, b, c, xs] = inputs.map((node) => new Tensor(node));
      const { carry, ys } = scan(
        ([left, right, same]: Tensor[], x: Tensor) => {
          const y = left!.mul(x).add(same!);
          return [
            [right!, left!, same!],
            [y, y, right!],
          ];
        },
        [a!, b!, c!],
        xs!,
      );
      return [...carry, ...ys].map(({ node }) => node);
    },
  },
  {
    name: 'backwards, with what the step captures',
    inputs: [{ shape: [2, 3] }, { shape: [3, 3] }, { shape: [7, 2, 3] }],
    terms: 21,
    secondOrder: true,
    build: ([first, weight, xs]) => {
      const w = new Tensor(weight!);
      const { carry, ys } = scan(
        (state: Tensor, x: Tensor) => {
          const next = state.matmul(w.transpose(0, 1).mul(0.5)).add(x).tanh();
          return [next, next.square()];
        },
        new Tensor(first!),
        new Tensor(xs!),
        { reverse: true },
      );
      return [carry.node, ys.node];
    },
  },
  {
    name: 'an LSTM over 6 steps',
    inputs: [{ shape: [2, 3] }, { shape: [2, 3] }, { shape: [3, 12] }, { shape: [6, 2, 12] }],
    terms: 72,
    build: (inputs) => {
      const [hidden, memory, weight, xs] = inputs.map((node) => new Tensor(node));
      const { carry, ys } = scan(cell(weight!), [hidden!, memory!], xs!);
      return [...carry, ys].map(({ node }) => node);
    },
  },
  {
    name: 'bools and bytes among what is scanned and stacked, a whole number as the state',
    inputs: [
      { shape: [], dtype: 'i32', values: [2] },
      { shape: [4, 3], dtype: 'bool', values: { below: 2 } },
      { shape: [4, 3], dtype: 'u8', values: { below: 9 } },
    ],
    exact: true,
    build: (inputs) => {
      const [count, flags, bytes] = inputs.map((node) => new Tensor(node));
      const { carry, ys } = scan(
        (total: Tensor, { flag, byte }: Record<'flag' | 'byte', Tensor>) => [
          total.add(flag.to('i32').sum()),
          [flag.logicalNot(), byte.add(1), byte.gt(total)],
        ],
        count!,
        { flag: flags!, byte: bytes! },
      );
      return [carry, ...ys].map(({ node }) => node);
    },
  },
  {
    name: 'a scan in a scan',
    inputs: [{ shape: [2] }, { shape: [3, 4, 2] }],
    terms: 12,
    build: ([first, xs]) => {
      const { carry, ys } = scan(
        (state: Tensor, rows: Tensor) => {
          const inner = scan((s: Tensor, x: Tensor) => [s.mul(0.5).add(x).tanh(), s], state, rows);
          return [inner.carry, inner.ys.sum(0)];
        },
        new Tensor(first!),
        new Tensor(xs!),
      );
      return [carry.node, ys.node];
    },
  },
];
