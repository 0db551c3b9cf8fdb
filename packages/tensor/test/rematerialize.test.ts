import { expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { tensor } from '../src/creation.ts';
import { registerDevice, setDefaultDevice } from '../src/device.ts';
import { dropout, gelu, linear } from '../src/functional.ts';
import { gradientsOf } from '../src/gradient.ts';
import { lower } from '../src/plan/lower.ts';
import { Generator } from '../src/random.ts';
import { evaluate } from '../src/reference/index.ts';
import { rematerialize } from '../src/rematerialize.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

const backend = new InterpreterBackend();
registerDevice('interpreter', async () => new BackendDevice(backend));
setDefaultDevice('interpreter');

const values = (shape: number[], seed: number) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) =>
      Math.sin((i + seed) * 12.9898),
    ),
    shape,
  );

/** Six blocks with wide insides; the gradients of all weights and of the input. */
function gradientsOfBlocks(wrap: boolean, weights: Variable[][], x: Variable): Tensor[] {
  const generator = new Generator(5);
  let y: Tensor = x;
  for (const [up, down] of weights) {
    const block = (h: Tensor) => {
      const inner = dropout(gelu(linear(h, up!)), 0.2, { generator });
      return h.add(linear(inner.tanh(), down!));
    };
    y = wrap ? rematerialize(block)(y) : block(y);
  }
  return [y.square().mean(), ...gradientsOf(y.square().mean(), [x, ...weights.flat()])];
}

const weights = Array.from({ length: 6 }, (_, i) => [
  new Variable(values([32, 4], i)),
  new Variable(values([4, 32], i + 50)),
]);
const x = new Variable(values([8, 4], 99));

it('gives the same values and gradients, at once and compiled, random draws included', async () => {
  const plain = evaluate(gradientsOfBlocks(false, weights, x).map(({ node }) => node));
  const again = gradientsOfBlocks(true, weights, x);
  expect(evaluate(again.map(({ node }) => node))).toEqual(plain);
  const compiled = await compile(() => gradientsOfBlocks(true, weights, x))();
  for (const results of [again, compiled]) {
    for (const [i, result] of results.entries()) {
      const got = await result.data();
      plain[i]!.forEach((want, j) => {
        expect(Math.abs(got[j]! - want), `${i}, ${j}`).toBeLessThan(1e-4 * (1 + Math.abs(want)));
      });
    }
  }
});

it('needs less memory', () => {
  const arena = (wrap: boolean) =>
    lower(
      { outputs: gradientsOfBlocks(wrap, weights, x).map(({ node }) => node), assigns: [] },
      backend,
    ).plan.arenaBytes;
  expect(arena(true)).toBeLessThan(0.6 * arena(false));
});

it('wants tensors that gradients flow to as arguments', () => {
  const outside = x.mul(2);
  expect(() => rematerialize((y: Tensor) => y.add(outside))(x)).toThrow(
    /uses a tensor from outside that gradients flow to \(mul, \[8, 4\]\); pass it as an argument/,
  );
  expect(() => rematerialize((y: Tensor) => [y] as unknown as Tensor)(x)).toThrow(/one tensor/);
});
