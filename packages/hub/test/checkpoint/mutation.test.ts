import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sized } from '../../../../tools/testing/full.ts';
import { CheckpointError, SafetensorsError, serializeSafetensors } from '../../src/index.ts';
import { fixture, openBytes } from '../support/checkpoints.ts';

/** Valid files, small enough that most mutations hit what matters. */
const SEEDS: [file: string, bytes: () => Promise<Uint8Array>][] = [
  ['small.safetensors', async () => smallSafetensors()],
  [
    'python-writer.safetensors',
    async () =>
      new Uint8Array(
        await readFile(new URL('../fixtures/python-writer.safetensors', import.meta.url)),
      ),
  ],
  ['zip.bin', () => fixture('zip.bin')],
  ['legacy.bin', () => fixture('legacy.bin')],
  ['types.gguf', () => fixture('types.gguf')],
];

function smallSafetensors(): Uint8Array {
  const data = new Uint8Array(16);
  return serializeSafetensors({
    a: { dtype: 'F32', shape: [2, 2], data },
    b: { dtype: 'BF16', shape: [8], data },
    c: { dtype: 'I64', shape: [2], data },
  });
}

/** Little-endian numbers at the edges of their types. */
const EDGES = [
  0n,
  1n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0xffffffffn,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** One change of a file, at a share of its length. Single bytes most often: they reach deepest. */
const mutation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      at: share,
      value: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('edge' as const),
      at: share,
      value: fc.constantFrom(...EDGES),
      width: fc.constantFrom(1, 2, 4, 8),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('splice' as const),
      at: share,
      from: share,
      count: fc.nat(64),
      remove: fc.nat(64),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: share }) },
);
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = Math.min(bytes.length - 1, Math.floor(change.at * bytes.length));
  if (bytes.length === 0) return bytes;
  switch (change.kind) {
    case 'cut':
      return bytes.slice(0, at);
    case 'flip': {
      const copy = bytes.slice();
      copy[at]! ^= change.value;
      return copy;
    }
    case 'edge': {
      const copy = bytes.slice();
      for (let i = 0; i < change.width && at + i < copy.length; i++) {
        copy[at + i] = Number((change.value >> BigInt(8 * i)) & 255n);
      }
      return copy;
    }
    case 'splice': {
      const from = Math.floor(change.from * bytes.length);
      const piece = bytes.slice(from, from + change.count);
      const rest = bytes.slice(at + change.remove);
      return Uint8Array.from([...bytes.slice(0, at), ...piece, ...rest]);
    }
  }
}

describe.each(SEEDS)('%s, changed at random', (file, seed) => {
  it('is read or refused by a typed error, and no tensor is larger than the file', async () => {
    const valid = await seed();
    expect((await openBytes(file, valid)).tensors.size).toBeGreaterThan(0);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 2 }), async (changes) => {
        const bytes = changes.reduce(mutate, valid);
        try {
          const checkpoint = await openBytes(file, bytes);
          for (const [name, { byteLength }] of checkpoint.tensors) {
            expect(byteLength).toBeLessThanOrEqual(bytes.length);
            expect((await checkpoint.read(name)).byteLength).toBe(byteLength);
          }
        } catch (error) {
          if (!(error instanceof CheckpointError) && !(error instanceof SafetensorsError)) {
            throw error;
          }
          refused++;
        }
      }),
      { numRuns: sized(400, 20_000) },
    );
    // Or the mutations do not reach what they shall test. (Few are read: a zip's checksums see almost all.)
    expect(refused).toBeGreaterThan(0);
  });
});
