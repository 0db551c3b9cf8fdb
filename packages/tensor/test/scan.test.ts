import { describe, expect, it } from 'vitest';
import { tensor, zeros } from '../src/creation.ts';
import { gradientsOf } from '../src/gradient.ts';
import { lower } from '../src/plan/lower.ts';
import { evaluate } from '../src/reference/index.ts';
import { scan } from '../src/scan/scan.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

describe('scan', () => {
  it('passes the state along and stacks the results', () => {
    const { carry, ys } = scan(
      (total, x) => [total.add(x), { total: total.add(x), twice: x.mul(2) }] as never,
      zeros([]),
      tensor([1, 2, 3]),
    ) as unknown as {
      carry: ReturnType<typeof zeros>;
      ys: Record<'total' | 'twice', ReturnType<typeof zeros>>;
    };
    const [last, totals, twice] = evaluate([carry.node, ys.total.node, ys.twice.node]);
    expect(Array.from(last!)).toEqual([6]);
    expect(Array.from(totals!)).toEqual([1, 3, 6]);
    expect(Array.from(twice!)).toEqual([2, 4, 6]);
  });

  it('has the gradient of the steps written out', () => {
    const weight = new Variable(tensor([0.5, -0.25]));
    const xs = tensor([
      [1, 2],
      [3, -1],
      [0.5, 1],
    ]);
    const { carry } = scan(
      (state, x) => {
        const next = state.mul(weight).add(x).tanh();
        return [next, next];
      },
      zeros([2]),
      xs,
    );
    const [gradient] = gradientsOf(carry.sum(), [weight]);
    const [analytic] = evaluate([gradient!.node], { round: false });
    const at = (w: number[]) =>
      [0, 1].reduce((sum, i) => {
        let state = 0;
        for (const x of [
          [1, 2],
          [3, -1],
          [0.5, 1],
        ]) {
          state = Math.tanh(state * w[i]! + x[i]!);
        }
        return sum + state;
      }, 0);
    const h = 1e-5;
    [0.5, -0.25].forEach((w, i) => {
      const moved = (by: number) => at([0.5, -0.25].with(i, w + by));
      expect(analytic![i]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 7);
    });
  });

  it('names what is wrong with its arguments', () => {
    expect(() => scan((c, x) => [c.add(x), c], zeros([]), zeros([0, 2]))).toThrow(
      /first size above 0: got \[0, 2\]/,
    );
    expect(() => scan((c, x) => [c.add(x), c], zeros([]), zeros([2, 2]))).toThrow(
      /a step changed the state from f32\[\] to f32\[2\]/,
    );
  });

  it('says what a step cannot do', () => {
    const variable = new Variable(zeros([]));
    const run = (step: (total: Tensor, x: Tensor) => void) =>
      scan(
        (total: Tensor, x: Tensor) => {
          step(total, x);
          return [total, x];
        },
        zeros([]),
        zeros([2]),
      );
    expect(() => run((total) => variable.assign(total))).toThrow(
      /assign: the body of a scan is recorded once for all steps; pass what changes along/,
    );
    expect(() => run((total) => total.mul(variable).backward())).toThrow(/backward: the body/);
    expect(() => run((total) => void total.data())).toThrow(/data: the body/);
    expect(() =>
      scan((c: Tensor, x: Tensor) => [c, x], zeros([]), zeros([2]), { length: 2 } as never),
    ).toThrow(/scan: unknown option 'length'/);
  });

  it('is planned once, whatever the number of steps', () => {
    const planOf = (steps: number) => {
      const weight = new Variable(zeros([4, 4]));
      const { carry, ys } = scan(
        (state: Tensor, x: Tensor) => {
          const next = state.matmul(weight).add(x).tanh();
          return [next, next];
        },
        zeros([2, 4]),
        zeros([steps, 2, 4]).add(1),
      );
      const [gradient] = gradientsOf(carry.sum().add(ys.sum()), [weight]);
      const graph = { outputs: [ys.node, gradient!.node], assigns: [] };
      return lower(graph, new InterpreterBackend()).plan;
    };
    const [short, long] = [planOf(3), planOf(300)];
    expect(long.steps.map(({ kernel }) => kernel.name)).toEqual(
      short.steps.map(({ kernel }) => kernel.name),
    );
    expect(long.repeats?.map(({ count }) => count)).toEqual([300, 300]);
  });
});
