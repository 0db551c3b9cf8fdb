import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/autograd.ts';
import { type DType, encode, isFloat } from '../../src/dtype.ts';
import { leaf, type Node } from '../../src/graph.ts';
import { data, fromValues } from '../../src/ops/leaf.ts';
import { evaluate } from '../../src/reference/index.ts';
import { expectClose } from '../../src/testing/compare.ts';
import { operations } from './torch-operations.ts';

interface FixtureTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Numbers, or the names of NaN and the infinities. */
  readonly values: readonly (number | string)[];
  readonly grad?: boolean;
}

interface Fixture {
  readonly name: string;
  readonly inputs: readonly FixtureTensor[];
  readonly outputs: readonly FixtureTensor[];
  readonly upstream?: readonly FixtureTensor[];
  readonly gradients?: readonly FixtureTensor[];
}

const path = new URL('../fixtures/torch-ops.json', import.meta.url);
const fixtures = JSON.parse(readFileSync(path, 'utf8')) as Fixture[];

const numbers = ({ values }: FixtureTensor) => values.map(Number);

function inputOf(tensor: FixtureTensor): Node {
  const { shape, dtype, grad = false } = tensor;
  const bytes = encode(dtype, numbers(tensor));
  return leaf(data, { bytes }, { shape, dtype }, { differentiable: grad });
}

/** Both sides round to f32 at each step, in another order; the largest sums here have some twenty terms. */
function compare(what: string, node: Node, want: FixtureTensor): void {
  expect({ shape: node.shape, dtype: node.dtype }, what).toEqual({
    shape: want.shape,
    dtype: want.dtype,
  });
  const dtypes = isFloat(want.dtype) ? [want.dtype] : [];
  const [got] = evaluate([node]);
  expectClose(what, got!, numbers(want), { dtypes: ['i32', ...dtypes], terms: 20 });
}

describe.each(fixtures)(
  'as PyTorch: $name',
  ({ name, inputs, outputs, upstream, gradients: wanted }) => {
    it('gives the same', () => {
      const nodes = inputs.map(inputOf);
      const built = operations[name]!(...(nodes as [Node, Node, Node, Node, Node]));
      const results = Array.isArray(built) ? built : [built];
      expect(results.length).toBe(outputs.length);
      outputs.forEach((want, i) => {
        compare(`output ${i}`, results[i]!, want);
      });
      if (!upstream) return;
      const smooth = results.filter(
        ({ differentiable, dtype }) => differentiable && isFloat(dtype),
      );
      const weights = upstream.map((u) => fromValues(numbers(u), u.shape, u.dtype));
      const leaves = nodes.filter(({ differentiable }) => differentiable);
      const ours = gradients(smooth, weights, leaves);
      wanted!.forEach((want, i) => {
        compare(`gradient ${i}`, ours[i]!, want);
      });
    });
  },
);

it('has an operation for each fixture and a fixture for each operation', () => {
  expect(Object.keys(operations).sort()).toEqual(fixtures.map(({ name }) => name).sort());
});
