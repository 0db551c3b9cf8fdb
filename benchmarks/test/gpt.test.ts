import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validationBatches, windows } from '../gpt/characters.ts';
import { large, small, weightShapes } from '../gpt/config.ts';
import { learningRate } from '../gpt/schedule.ts';
import { randomBatch } from '../gpt/step.ts';
import { initialWeights, writeSafetensors } from '../gpt/weights.ts';

const tiny = { layers: 1, heads: 2, width: 4, context: 3, batch: 2, vocabulary: 5 };

test('the large model has the parameters of nanoGPT’s character model', () => {
  const count = (config: typeof large) =>
    [...weightShapes(config).values()].reduce(
      (total, shape) => total + shape.reduce((product, size) => product * size, 1),
      0,
    );
  // nanoGPT prints 10.65M and 0.80M, position embeddings not counted
  expect(count(large) - large.context * large.width).toBe(10_646_784);
  expect(count(small) - small.context * small.width).toBe(795_904);
});

test('weights repeat for a seed, differ between seeds, and have the deviations asked for', () => {
  const weights = initialWeights(small, 1);
  expect(initialWeights(small, 1)).toEqual(weights);
  expect(initialWeights(small, 2)).not.toEqual(weights);
  const deviation = (name: string) => {
    const { values } = weights.get(name)!;
    return Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);
  };
  expect(deviation('transformer.h.0.mlp.c_fc.weight')).toBeCloseTo(0.02, 3);
  expect(deviation('transformer.h.0.mlp.c_proj.weight')).toBeCloseTo(0.02 / Math.sqrt(8), 3);
  expect(new Set(weights.get('transformer.ln_f.weight')!.values)).toEqual(new Set([1]));
});

test('the weights file is safetensors', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llm-benchmark-test-'));
  try {
    const path = join(folder, 'weights.safetensors');
    const weights = initialWeights(tiny, 3);
    writeSafetensors(path, weights);
    const file = readFileSync(path);
    const length = Number(file.readBigUInt64LE());
    const header = JSON.parse(file.toString('utf8', 8, 8 + length));
    expect(Object.keys(header)).toEqual([...weights.keys()]);
    for (const [name, { shape, values }] of weights) {
      const {
        data_offsets: [start, end],
        shape: written,
      } = header[name];
      expect(written).toEqual(shape);
      const bytes = file.subarray(8 + length + start, 8 + length + end);
      expect(new Float32Array(Uint8Array.from(bytes).buffer)).toEqual(values);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('tokens are within the vocabulary and repeat for a round', () => {
  const batch = randomBatch(tiny, 4);
  expect(batch).toEqual(randomBatch(tiny, 4));
  expect(batch.inputs).toHaveLength(6);
  expect(Math.max(...batch.inputs, ...batch.targets)).toBeLessThan(5);
});

test('targets are the inputs one character on', () => {
  const { inputs, targets } = windows(Int32Array.of(9, 8, 7, 6, 5), [1, 0], 3);
  expect([...inputs]).toEqual([8, 7, 6, 9, 8, 7]);
  expect([...targets]).toEqual([7, 6, 5, 8, 7, 6]);
});

test('validation covers each window once, the last batch holding what is left', () => {
  const batches = validationBatches(
    Int32Array.from({ length: 17 }, (_, index) => index),
    tiny,
  );
  expect(batches.flatMap(({ inputs }) => [...inputs])).toEqual(
    Array.from({ length: 15 }, (_, index) => index),
  );
  expect(batches.map(({ inputs }) => inputs.length)).toEqual([6, 6, 3]);
});

test('the learning rate warms up to its peak and ends at a tenth of it', () => {
  expect(learningRate(0)).toBeCloseTo(1e-3 / 101, 8);
  expect(learningRate(100)).toBe(1e-3);
  expect(learningRate(1050)).toBeCloseTo(5.5e-4, 8);
  expect(learningRate(2000)).toBeCloseTo(1e-4, 8);
});
