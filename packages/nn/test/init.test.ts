import { Generator, init, type Tensor } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { valuesOf } from './support/values.ts';

const shape = [200, 150];

/** Smallest, largest, mean and standard deviation. */
function statistics(tensor: Tensor) {
  const values = valuesOf(tensor);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    low: Math.min(...values),
    high: Math.max(...values),
    mean,
    deviation: Math.sqrt(variance),
  };
}

describe('initializers', () => {
  const generator = new Generator(1);

  // 30,000 draws: the deviation of a uniform's sample bound is tiny, that of a normal's sample deviation 0.4 %.
  it.each([
    ['uniform', init.uniform(shape, -2, 2, generator), 2],
    ['xavierUniform', init.xavierUniform(shape, { generator }), Math.sqrt(6 / 350)],
    ['kaimingUniform', init.kaimingUniform(shape, { generator }), Math.sqrt(6 / 150)],
    [
      'kaimingUniform of Linear',
      init.kaimingUniform(shape, { a: Math.sqrt(5), generator }),
      1 / Math.sqrt(150),
    ],
    [
      'kaimingUniform, fan out',
      init.kaimingUniform(shape, { mode: 'fan_out', generator }),
      Math.sqrt(6 / 200),
    ],
  ])('%s fills its interval', (_, tensor, bound) => {
    const { low, high, deviation } = statistics(tensor);
    expect(high).toBeLessThanOrEqual(bound);
    expect(high).toBeGreaterThan(0.99 * bound);
    expect(low).toBeGreaterThanOrEqual(-bound);
    expect(low).toBeLessThan(-0.99 * bound);
    expect(Math.abs(deviation / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.02);
  });

  it.each([
    ['normal', init.normal(shape, 0, 3, generator), 3],
    ['xavierNormal', init.xavierNormal(shape, { gain: 2, generator }), 2 * Math.sqrt(2 / 350)],
    [
      'kaimingNormal',
      init.kaimingNormal(shape, { nonlinearity: 'relu', generator }),
      Math.sqrt(2 / 150),
    ],
  ])('%s has its deviation', (_, tensor, deviation) => {
    const found = statistics(tensor);
    expect(Math.abs(found.deviation / deviation - 1)).toBeLessThan(0.02);
    expect(Math.abs(found.mean)).toBeLessThan(0.03 * deviation);
  });

  it('truncatedNormal stays in its bounds', () => {
    const { low, high, deviation } = statistics(
      init.truncatedNormal(shape, 0, 1, -1, 1, generator),
    );
    expect(low).toBeGreaterThanOrEqual(-1);
    expect(high).toBeLessThanOrEqual(1);
    expect(Math.abs(deviation - 0.5396)).toBeLessThan(0.01); // of a normal cut at ±1
  });

  it('asks for two axes where fans are needed', () => {
    expect(() => init.xavierUniform([3])).toThrow('wants a weight of two axes or more: got [3]');
  });
});
