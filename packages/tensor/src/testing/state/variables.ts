import { full, ones, tensor, zeros } from '../../creation.ts';
import { updateSlice } from '../../functional/indexing.ts';
import { realize } from '../../realize.ts';
import type { Tensor } from '../../tensor.ts';
import { Variable } from '../../variable.ts';
import { expectValues, type StateCase } from './check.ts';

const vector = (...values: number[]) => new Variable(tensor(values));

/** Reading and assigning variables. */
export const variableCases: readonly StateCase[] = [
  {
    name: 'what was read before an assign keeps the old value',
    async run(runner) {
      const v = vector(1, 2);
      const step = runner(() => {
        const before = v.mul(10);
        v.assign(v.add(1));
        return { before, after: v.mul(10) };
      });
      for (const [before, after] of [
        [
          [10, 20],
          [20, 30],
        ],
        [
          [20, 30],
          [30, 40],
        ],
      ]) {
        const result = await step();
        await expectValues('before', result.before, before!);
        await expectValues('after', result.after, after!);
      }
      await expectValues('variable', v, [3, 4]);
    },
  },
  {
    name: 'a slice of a variable is replaced, and what was read before keeps the old value',
    async run(runner) {
      const v = new Variable(tensor([1, 2, 3, 4, 5, 6], [3, 2]));
      const step = runner(() => {
        const before = v.mul(10);
        v.assign(updateSlice(v, v.slice([0, 1]).add(7), 1));
        return { before, after: v.mul(10) };
      });
      const { before, after } = await step();
      await expectValues('before', before, [10, 20, 30, 40, 50, 60]);
      await expectValues('after', after, [10, 20, 80, 90, 50, 60]);
      await step();
      await expectValues('variable', v, [1, 2, 8, 9, 5, 6]);
    },
  },
  {
    name: 'two assigns: the second sees the first',
    async run(runner) {
      const v = vector(1, -2);
      const step = runner(() => {
        v.assign(v.add(1));
        v.assign(v.mul(v));
      });
      await step();
      await expectValues('once', v, [4, 1]);
      await step();
      await expectValues('twice', v, [25, 4]);
    },
  },
  {
    name: 'a swap of two variables',
    async run(runner) {
      const [a, b] = [vector(1, 2, 3), vector(4, 5, 6)];
      const step = runner(() => {
        const old = a.detach();
        a.assign(b);
        b.assign(old);
      });
      await step();
      await expectValues('a', a, [4, 5, 6]);
      await expectValues('b', b, [1, 2, 3]);
      await step();
      await expectValues('a', a, [1, 2, 3]);
      await expectValues('b', b, [4, 5, 6]);
    },
  },
  {
    name: 'a rotation through a view of itself',
    async run(runner) {
      const v = new Variable(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      );
      const step = runner(() => v.assign(v.transpose().flip(0)));
      await step();
      await expectValues('once', v, [2, 4, 1, 3]);
      await step();
      await expectValues('twice', v, [4, 3, 2, 1]);
    },
  },
  {
    name: 'a view of a variable keeps the old value',
    async run(runner) {
      const v = vector(1, 2, 3, 4);
      const view = v.slice([1, 3]);
      const step = runner(() => {
        const inside = v.reshape(2, 2).transpose();
        v.assign(v.mul(2));
        return inside;
      });
      await expectValues('inside', await step(), [1, 3, 2, 4]);
      await expectValues('outside', view, [2, 3]);
      await expectValues('new view', v.slice([1, 3]), [4, 6]);
    },
  },
  {
    name: 'variables made from one tensor, or from equal constants, change apart',
    async run(runner) {
      const start = tensor([1, 2]);
      const [a, b] = [new Variable(start), new Variable(start)];
      const [c, d] = [new Variable(zeros([2])), new Variable(zeros([2]))];
      const step = runner(() => {
        a.assign(a.add(10));
        c.assign(c.add(1));
      });
      await step();
      await step();
      await expectValues('a', a, [21, 22]);
      await expectValues('b', b, [1, 2]);
      await expectValues('c', c, [2, 2]);
      await expectValues('d', d, [0, 0]);
      await expectValues('the tensor', start, [1, 2]);
    },
  },
  {
    name: 'one variable given the other, then both changed',
    async run(runner) {
      const [a, b] = [vector(1), vector(2)];
      await runner(() => {
        b.assign(a);
      })();
      await runner(() => {
        b.assign(b.add(5));
      })();
      await expectValues('a', a, [1]);
      await expectValues('b', b, [6]);
      await runner(() => {
        a.assign(a.add(1));
      })();
      await expectValues('a', a, [2]);
      await expectValues('b', b, [6]);
    },
  },
  {
    name: 'a graph that waits from before a step reads the old value',
    async run(runner) {
      const v = vector(1, 2);
      await realize(v);
      const step = runner(() => {
        v.assign(v.add(1));
      });
      await step(); // From here on, the buffer is the variable's own.
      const waiting = v.mul(100);
      await step();
      await step();
      await expectValues('waiting', waiting, [200, 300]);
      await expectValues('variable', v, [4, 5]);
    },
  },
  {
    name: 'an assign outside that waits is seen by a step, and only once',
    async run(runner) {
      const v = vector(1);
      const step = runner(() => {
        v.assign(v.add(1));
        return v.mul(1);
      });
      await step();
      v.assign(v.mul(10));
      await expectValues('result', await step(), [21]);
      await expectValues('variable', v, [21]);
    },
  },
  {
    name: 'a row that is normalized where it lies',
    async run(runner) {
      const v = new Variable(
        tensor([
          [1, 2, 5, 0],
          [8, 8, 8, 8],
          [-4, 3, 3, 10],
        ]),
      );
      // The mean, then the largest distance from it, then the elements: three passes over each row.
      const step = runner(() => {
        const centred = v.sub(v.mean(-1, true));
        v.assign(centred.div(centred.abs().max(-1, true).add(1)).add(v));
      });
      await step();
      await expectValues('v', v, [0.75, 2, 5.75, -0.5, 8, 8, 8, 8, -4.875, 3, 3, 10.875]);
    },
  },
  {
    name: 'a product is subtracted from a matrix where it lies, a short one and a long one',
    async run(runner) {
      for (const inner of [3, 800]) {
        const v = new Variable(full([2, 5], 1000));
        const step = runner((x: Tensor, y: Tensor) => {
          v.assign(v.sub(x.matmul(y)));
        });
        for (const want of [1000 - inner, 1000 - 2 * inner]) {
          await step(ones([2, inner]), ones([inner, 5]));
          await expectValues(`inner ${inner}`, v, new Array(10).fill(want));
        }
      }
    },
  },
];
