import { describe, expect, it } from 'vitest';
import { tensor, zeros } from '../src/creation.ts';
import { gradientsOf } from '../src/gradient.ts';
import { evaluate } from '../src/reference/index.ts';
import { scan } from '../src/scan.ts';
import { Variable } from '../src/variable.ts';

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
      /step 0 changed the state from f32\[\] to f32\[2\]/,
    );
  });
});
