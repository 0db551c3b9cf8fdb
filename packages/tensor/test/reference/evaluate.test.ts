import { describe, expect, it } from 'vitest';
import { apply, leaf, type Op } from '../../src/graph.ts';
import { add, exp, mul } from '../../src/ops/arithmetic.ts';
import { sum } from '../../src/ops/broadcast.ts';
import { fill, fromValues, input } from '../../src/ops/leaf.ts';
import { softmax } from '../../src/ops/softmax.ts';
import { erf } from '../../src/reference/elementwise.ts';
import { evaluate } from '../../src/reference/index.ts';

describe('evaluate', () => {
  it('rounds to the dtype after each operation', () => {
    const x = fromValues([1, 2 ** -11], [2], 'f16');
    const [total] = evaluate([sum(x)]);
    expect(total![0]).toBe(1); // 1 + 2⁻¹¹ is a tie between two halves
    const [precise] = evaluate([sum(x)], { round: false });
    expect(precise![0]).toBe(1 + 2 ** -11);
  });

  it('takes values for inputs and refuses to invent them', () => {
    const x = leaf(input, { index: 0 }, { shape: [2], dtype: 'f32' });
    const y = mul(x, 3);
    expect(() => evaluate([y])).toThrow(/value of an input is not in the graph/);
    expect([...evaluate([y], { values: new Map([[x, [1, 2]]]) })[0]!]).toEqual([3, 6]);
    expect(() => evaluate([y], { values: new Map([[x, [1]]]) })).toThrow(/got 1 values/);
  });

  it('replaces inner nodes', () => {
    const inner = exp(fromValues([1], [1], 'f32'));
    const values = new Map([[inner, [5]]]);
    expect([...evaluate([add(inner, 1)], { values })[0]!]).toEqual([6]);
  });

  it('does not guess the past of a value that a device has computed', () => {
    const sum = add(fromValues([1], [1], 'f32'), 1);
    sum.storage = { bytes: 4, device: { name: 'test' }, holders: 1 };
    sum.inputs = [];
    expect(() => evaluate([sum])).toThrow(
      /this add was computed on a device and let its inputs go/,
    );
  });

  it('names the first operation that gave NaN', () => {
    const zero = fromValues([0], [1], 'f32');
    const bad = mul(fill([1], Number.POSITIVE_INFINITY), zero);
    const found: string[] = [];
    evaluate([softmax(add(bad, 1))], {
      onValue: (node, [values]) => {
        if (values!.some(Number.isNaN)) found.push(node.op.name);
      },
    });
    expect(found[0]).toBe('mul');
  });

  it('checks that a definition keeps the promise of its shape rule', () => {
    const liar: Op<undefined> = {
      name: 'liar',
      kind: 'composite',
      infer: () => ({ shape: [3], dtype: 'f32' }),
      compose: ([x]) => x!,
    };
    const x = fromValues([1, 2], [2], 'f32');
    expect(() => evaluate([apply(liar, [x], undefined)])).toThrow(
      /liar: its definition gives f32 \[2\], its shape rule f32 \[3\]/,
    );
  });

  it('has no rule for an operation that it does not know', () => {
    const foreign: Op<undefined> = { name: 'foreign', kind: 'kernel', infer: ([x]) => x! };
    const x = fromValues([1], [1], 'f32');
    expect(() => evaluate([apply(foreign, [x], undefined)])).toThrow(
      'reference: no rule for foreign',
    );
  });
});

describe('erf', () => {
  // Abramowitz and Stegun, table 7.1, and the limits
  it.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3.5, 0.9999992569016276],
    [-1, -0.8427007929497149],
    [9, 1],
  ])('erf(%d) = %d', (x, y) => {
    expect(Math.abs(erf(x) - y)).toBeLessThan(1e-15);
  });

  it('keeps NaN', () => {
    expect(erf(Number.NaN)).toBeNaN();
  });
});
