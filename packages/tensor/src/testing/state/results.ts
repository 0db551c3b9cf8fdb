import { tensor } from '../../creation.ts';
import { realize } from '../../realize.ts';
import type { Tensor } from '../../tensor.ts';
import { Variable } from '../../variable.ts';
import { expectValues, type StateCase } from './check.ts';

/** What a function returns, and what it keeps. */
export const resultCases: readonly StateCase[] = [
  {
    name: 'the result of the first call is intact after the second',
    async run(runner) {
      const f = runner((x: Tensor) => ({ twice: x.mul(2), exp: x.exp().sum() }));
      const a = await f(tensor([1, 2, 3]));
      const b = await f(tensor([4, 5, 6]));
      await expectValues('first', a.twice, [2, 4, 6]);
      await expectValues('second', b.twice, [8, 10, 12]);
    },
  },
  {
    name: 'an output may be an input',
    async run(runner) {
      const f = runner((x: Tensor) => [x, x.add(1)]);
      const x = tensor([1, 2]);
      const [same, more] = await f(x);
      await expectValues('same', same!, [1, 2]);
      await expectValues('more', more!, [2, 3]);
      await expectValues('the argument', x, [1, 2]);
    },
  },
  {
    name: 'an input that is an output can be disposed',
    async run(runner) {
      const f = runner((x: Tensor) => [x, x.add(1)]);
      const x = tensor([1, 2]);
      await realize(x);
      const [same, more] = await f(x);
      if (same !== x) x.dispose();
      await expectValues('same', same!, [1, 2]);
      await expectValues('more', more!, [2, 3]);
    },
  },
  {
    name: 'an output may be a variable, and keeps its value when the variable changes',
    async run(runner) {
      const v = new Variable(tensor([1, 2]));
      const f = runner(() => {
        const old = v.detach();
        v.assign(v.add(1));
        return [old, v.detach()];
      });
      const [old, fresh] = await f();
      await f();
      await expectValues('old', old!, [1, 2]);
      await expectValues('new', fresh!, [2, 3]);
      await expectValues('variable', v, [3, 4]);
    },
  },
  {
    name: 'one value twice among the outputs',
    async run(runner) {
      const f = runner((x: Tensor) => {
        const y = x.mul(3);
        return [y, y, y.reshape(2, 1)];
      });
      for (const y of await f(tensor([1, 2]))) await expectValues('copy', y!, [3, 6]);
    },
  },
  {
    name: 'an argument that is a variable',
    async run(runner) {
      const v = new Variable(tensor([1, 2]));
      const f = runner((x: Tensor) => {
        const y = x.mul(2);
        v.assign(v.add(1));
        return y;
      });
      await expectValues('first', await f(v), [2, 4]);
      await expectValues('second', await f(v), [4, 6]);
      await expectValues('variable', v, [3, 4]);
    },
  },
  {
    name: 'gradients add up until they are forgotten',
    async run(runner) {
      const v = new Variable(tensor([1, 2]));
      const f = runner(() => {
        v.square().sum().backward();
        v.mul(3).sum().backward();
        const { grad } = v;
        v.zeroGrad();
        return grad!;
      });
      await expectValues('first', await f(), [5, 7]);
      await expectValues('second', await f(), [5, 7]);
    },
  },
];
