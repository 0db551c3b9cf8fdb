import { scalar, tensor, zeros } from '../../creation.ts';
import { dropout } from '../../functional/dropout.ts';
import { Generator, rand } from '../../random.ts';
import { rematerialize } from '../../rematerialize.ts';
import { scan } from '../../scan/scan.ts';
import type { Tensor } from '../../tensor.ts';
import { Variable } from '../../variable.ts';
import { expectThat, expectValues, type StateCase } from './check.ts';

/** Scans among variables, random draws and gradients. */
export const scanCases: readonly StateCase[] = [
  {
    name: 'a scan from a variable, whose last state is assigned to it',
    async run(runner) {
      const state = new Variable(tensor([1, 2]), { trainable: false });
      const f = runner((xs: Tensor) => {
        const { carry, ys } = scan((s: Tensor, x: Tensor) => [s.add(x), s], state as Tensor, xs);
        state.assign(carry);
        return ys;
      });
      const xs = tensor([
        [1, 1],
        [10, 20],
      ]);
      await expectValues('states before', await f(xs), [1, 2, 2, 3]);
      await expectValues('variable', state, [12, 23]);
      await expectValues('states before', await f(xs), [12, 23, 13, 24]);
      await expectValues('variable', state, [23, 44]);
    },
  },
  {
    name: 'every step of a scan draws other numbers, and draws go on after it',
    async run(runner) {
      const generator = new Generator(5);
      const f = runner(() => {
        const { ys } = scan(
          (s: Tensor, x: Tensor) => [s, [rand([4], generator).add(x), rand([4], generator).add(x)]],
          scalar(0),
          zeros([3]),
        );
        return [...ys, rand([4], generator)];
      });
      const drawn = [...(await f()), ...(await f())];
      const rows = await Promise.all(drawn.map(async (t) => [...(await t.data())]));
      const draws = rows.flatMap((row) =>
        Array.from({ length: row.length / 4 }, (_, i) => row.slice(4 * i, 4 * i + 4).join()),
      );
      expectThat(`draws repeat: ${draws.join(' | ')}`, new Set(draws).size === 14);
      expectThat(`position is ${generator.position}, want 14`, generator.position === 14);
    },
  },
  {
    name: 'the gradient of a scan meets the dropout mask of each step',
    async run(runner) {
      const generator = new Generator(9);
      const weight = new Variable(tensor([1, 1, 1, 1, 1, 1, 1, 1]));
      const f = runner(() => {
        const { ys } = scan(
          (s: Tensor, x: Tensor) => [s, dropout(weight.mul(x), 0.5, { generator })],
          scalar(0),
          tensor([1, 2, 4]),
        );
        ys.sum().backward();
        const { grad } = weight;
        weight.zeroGrad();
        return [ys.sum(0), grad!];
      });
      for (let call = 0; call < 2; call++) {
        const [sums, gradient] = await f();
        // With weights of one the sum of what was kept is its derivative.
        await expectValues('gradient', gradient!, [...(await sums!.data())]);
      }
    },
  },
  {
    name: 'a scan of rematerialized steps has the same gradient',
    async run(runner) {
      const weight = new Variable(tensor([0.5, 0.25]));
      const gradientOf = (step: (s: Tensor, x: Tensor) => Tensor) => {
        const { carry } = scan(
          (s: Tensor, x: Tensor) => [step(s, x), s],
          zeros([2]),
          tensor([
            [1, 2],
            [3, -1],
            [0.5, 1],
          ]),
        );
        carry.sum().backward();
        const { grad } = weight;
        weight.zeroGrad();
        return grad!;
      };
      const step = (s: Tensor, x: Tensor) => s.mul(weight).add(x).square().mul(0.125);
      const f = runner(() => [gradientOf(step), gradientOf(rematerialize(step))]);
      const [plain, again] = await f();
      await expectValues('rematerialized', again!, [...(await plain!.data())]);
    },
  },
];
