import { describe, expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { arange, full, ones, tensor, zeros } from '../src/creation.ts';
import { registerDevice } from '../src/device.ts';
import { gelu, layerNorm, linear, matmul, rmsNorm, silu, softmax } from '../src/functional.ts';
import { gradientsOf } from '../src/gradient.ts';
import type { Node } from '../src/graph.ts';
import { lower } from '../src/plan/lower.ts';
import { realize } from '../src/realize.ts';
import { evaluate } from '../src/reference/index.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

const backend = new InterpreterBackend();
registerDevice('interpreter', async () => new BackendDevice(backend));

const kernelsOf = (...tensors: Tensor[]): string[] =>
  lower({ outputs: tensors.map(({ node }) => node), assigns: [] }, backend).plan.steps.map(
    ({ kernel }) => `${kernel.kind} ${kernel.name}`,
  );

const values = (shape: number[], scale = 1) =>
  tensor(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => scale * Math.sin(i * 12.9898),
    ),
    shape,
  );

async function expectAsOracle(...tensors: Tensor[]): Promise<void> {
  const nodes: Node[] = tensors.map(({ node }) => node);
  const wanted = evaluate(nodes);
  for (const [i, found] of tensors.entries()) {
    const got = await found.data();
    wanted[i]!.forEach((value, j) => {
      expect(Math.abs(got[j]! - value), `output ${i}, element ${j}`).toBeLessThan(
        1e-4 * (1 + Math.abs(value)),
      );
    });
  }
}

describe('fusion', () => {
  it('computes softmax in one kernel', async () => {
    const y = softmax(values([3, 5]));
    expect(kernelsOf(y)).toHaveLength(1);
    await expectAsOracle(y);
  });

  it('computes layer norm in one kernel', async () => {
    const y = layerNorm(values([2, 3, 8]), [8], values([8]), values([8], 0.5));
    expect(kernelsOf(y)).toHaveLength(1);
    await expectAsOracle(y);
  });

  it('puts bias and activation into the epilogue of a product', async () => {
    const y = gelu(linear(values([4, 6, 5]), values([7, 5]), values([7])));
    expect(kernelsOf(y)).toHaveLength(1);
    await expectAsOracle(y);
  });

  it('computes both products of a gated layer in one kernel', async () => {
    const x = values([2, 5]);
    const y = silu(linear(x, values([7, 5]))).mul(linear(x, values([7, 5], 2)));
    expect(kernelsOf(y)).toEqual(['matmul matmul+sigmoid+mul']);
    await expectAsOracle(y);
  });

  it('launches products of one vector together, and their norm within them', async () => {
    const x = rmsNorm(values([1, 8]), [8], values([8], 2));
    const projections = [5, 3, 6].map((width) => linear(x, values([width, 8])));
    expect(kernelsOf(...projections)).toHaveLength(1);
    await expectAsOracle(...projections);
  });

  it('keeps a norm that a product reads transposed, square as it is', async () => {
    const y = matmul(rmsNorm(values([4, 4]), [4]).transpose(0, 1), values([4, 5]));
    expect(kernelsOf(y)).toHaveLength(2);
    await expectAsOracle(y);
  });

  it('keeps a norm that something else reads', async () => {
    const x = softmax(values([2, 8]));
    const y = linear(x, values([5, 8]));
    expect(kernelsOf(x, y)).toHaveLength(2);
    await expectAsOracle(x, y);
  });

  it('adds a residual to the product before, and norms it in the product after', async () => {
    const [x, mixed] = [values([1, 8]), values([1, 6])];
    const sum = x.add(linear(mixed, values([8, 6])));
    const y = sum.add(linear(rmsNorm(sum, [8]), values([8, 8])));
    expect(kernelsOf(y)).toHaveLength(2);
    await expectAsOracle(y);
  });

  it('keeps a residual stream in one pass with the norm that follows', async () => {
    const x = values([4, 8]);
    const residual = x.add(values([4, 8], 2).mul(0.5));
    const y = layerNorm(residual, [8]);
    expect(kernelsOf(y, residual)).toHaveLength(1);
    await expectAsOracle(y, residual);
  });

  it('computes the gradients of a small network as the oracle does', async () => {
    const [w1, w2, x] = [values([6, 4]), values([3, 6]), values([5, 4])].map(
      (initial) => new Variable(initial),
    ) as [Variable, Variable, Variable];
    const hidden = layerNorm(gelu(linear(x, w1)), [6]);
    const loss = softmax(linear(hidden, w2)).square().sum();
    await expectAsOracle(loss, ...gradientsOf(loss, [w1, w2, x]));
  });

  it('treats a realized constant as a buffer', async () => {
    const ones = zeros([4]).add(0);
    const constant = full([4], 2);
    await realize(ones, constant);
    expect(await constant.reshape(2, 2).mul(3).add(ones.reshape(2, 2)).toArray()).toEqual([
      [6, 6],
      [6, 6],
    ]);
  });

  it('masks what it computes inside padding', async () => {
    const y = values([2, 3]).exp().pad([1, 0], [0, 2]).add(1);
    await expectAsOracle(y);
  });
});

describe('compile', () => {
  it('updates variables in place and returns fresh outputs', async () => {
    const weight = new Variable(tensor([1, 2, 3]));
    const step = compile((x: Tensor, rate: number) => {
      const loss = weight.mul(x).square().sum();
      const [gradient] = gradientsOf(loss, [weight]);
      weight.assign(weight.sub(gradient!.mul(rate)));
      return loss;
    });
    const first = await step(tensor([1, 1, 1]), 0.1);
    const second = await step(tensor([1, 1, 1]), 0.1);
    expect(await first.item()).toBeCloseTo(14);
    expect(await second.item()).toBeCloseTo(14 * 0.64, 4);
    expect(Array.from(await weight.data())).toEqual(
      [1, 2, 3].map((v) => expect.closeTo(v * 0.64, 4)),
    );
    expect(step.traces).toBe(1);
  });

  it('writes in place where a row is reduced and where a product is added', async () => {
    const [rows, matrix] = [new Variable(values([4, 6])), new Variable(values([4, 5]))];
    const step = compile((x: Tensor) => {
      rows.assign(rows.sub(rows.mean(-1, true)).div(rows.abs().max(-1, true)));
      matrix.assign(matrix.mul(0.5).add(x.matmul(ones([3, 5]).mul(x.sum()))));
    });
    const plan = await step.explain(values([4, 3]));
    expect(plan).not.toContain('copy');
  });

  it('swaps two variables', async () => {
    const [a, b] = [new Variable(tensor([1, 2])), new Variable(tensor([3, 4]))];
    const swap = compile(() => {
      const before = a.add(0);
      a.assign(b);
      b.assign(before);
      return zeros([1]);
    });
    await swap();
    expect(await a.toArray()).toEqual([3, 4]);
    expect(await b.toArray()).toEqual([1, 2]);
    await swap();
    expect(await a.toArray()).toEqual([1, 2]);
  });

  it('leaves tensors made from an older version alone', async () => {
    const v = new Variable(arange(3).to('f32'));
    const old = v.mul(2);
    const bump = compile(() => {
      v.assign(v.add(1));
    });
    await bump();
    expect(await old.toArray()).toEqual([0, 2, 4]);
    expect(await v.toArray()).toEqual([1, 2, 3]);
  });
});
