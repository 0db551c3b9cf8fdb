import { expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { tensor } from '../src/creation.ts';
import { defineOp } from '../src/define-op.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { gradientsOf } from '../src/gradient.ts';
import { evaluate } from '../src/reference/index.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

registerDevice('interpreter', async () => new BackendDevice(new InterpreterBackend()));
setDefaultDevice('interpreter');

const roundStraight = defineOp({
  name: 'roundStraight',
  compute: ([x]) => x!.round(),
  gradient: ({ upstream }) => [upstream],
});

const power = defineOp<{ exponent: number }>({
  name: 'power',
  compute: ([x], { exponent }) =>
    Array(exponent)
      .fill(x)
      .reduce((a: Tensor, b: Tensor) => a.mul(b)),
});

it('computes by its definition, and takes its own gradient', async () => {
  const x = new Variable(tensor([0.4, 1.6]));
  const step = compile(() => {
    const y = roundStraight([x]);
    y.mul(tensor([2, 3]))
      .sum()
      .backward();
    return [y, x.grad!];
  });
  const [y, gradient] = await step();
  expect(await y!.toArray()).toEqual([0, 2]);
  expect(await gradient!.toArray()).toEqual([2, 3]);
});

it('takes the gradient of its definition where it has none of its own', async () => {
  const x = tensor([2, -3]);
  const v = new Variable(x);
  const cube = power([v], { exponent: 3 });
  const [first] = gradientsOf(cube.sum(), [v]);
  const [second] = gradientsOf(first!.sum(), [v]);
  expect([...evaluate([cube.node])[0]!]).toEqual([8, -27]);
  expect(await cube.toArray()).toEqual([8, -27]);
  expect(await first!.toArray()).toEqual([12, 27]);
  expect(await second!.toArray()).toEqual([12, -18]);
});

it('keeps operations of one name apart, from each other and from those of a backend', async () => {
  const named = (name: string, add: number) => defineOp({ name, compute: ([x]) => x!.add(add) });
  const x = tensor([1, 2]);
  expect(await named('shift', 1)([x]).toArray()).toEqual([2, 3]);
  expect(await named('shift', 5)([x]).toArray()).toEqual([6, 7]);
  expect(await named('cumsum', 5)([x]).toArray()).toEqual([6, 7]);
});

it('computes by its definition where the device knows no WGSL', async () => {
  const twice = defineOp({
    name: 'twice',
    compute: ([x]) => x!.mul(2),
    wgsl: { inputs: ['x'], output: 'y', workgroups: () => [1], code: 'does not even compile' },
  });
  expect(await twice([tensor([1, 2])]).toArray()).toEqual([2, 4]);
});

it('checks what it is made of', () => {
  const compute = ([x]: readonly Tensor[]) => x!;
  const wgsl = { inputs: ['x'], output: 'y', workgroups: () => [1], code: '' };
  expect(() => defineOp({ name: 'mine', compute, wgsl: { ...wgsl, grid: 1 } } as never)).toThrow(
    /defineOp 'mine': wgsl: unknown option 'grid'/,
  );
  expect(() => defineOp({ name: 'mine', compute, wgsl: { ...wgsl, output: 'x' } })).toThrow(
    /two tensors are called 'x'/,
  );
  expect(() => defineOp({ name: 'mine', compute, wgsl: { ...wgsl, output: 'y;' } })).toThrow(
    /got the name "y;"; want letters/,
  );
  expect(() => defineOp({ name: 'mine', compute, wgsl })([])).toThrow(
    /mine: got 0 inputs, want 1: x/,
  );
  expect(() => defineOp({ name: 'mine', compute, grad: compute } as never)).toThrow(
    /unknown option 'grad'/,
  );
  const wrong = defineOp({ name: 'wrong', compute: ([x, y]) => x!.add(y!), gradient: () => [] });
  const v = new Variable(tensor([1]));
  expect(() => wrong([v, v]).sum().backward()).toThrow(
    /wrong: its gradient gives 0 tensors, want one for each of 2/,
  );
});
