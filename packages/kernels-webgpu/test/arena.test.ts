import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeAliases } from '../src/alias.ts';
import { placeTemporaries, type Use } from '../src/arena.ts';
import type { Kernel } from '../src/kernel.ts';
import { sizeClass } from '../src/memory.ts';

it('no dispatch reads and writes one buffer, and what lives at once does not overlap', () => {
  const uses = fc.array(
    fc.record({
      reads: fc.uniqueArray(fc.nat(12), { maxLength: 4 }),
      writes: fc.uniqueArray(fc.nat(12), { minLength: 1, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  const bytesOf = (value: number) => 4 + value * 700;
  fc.assert(
    fc.property(uses, (drawn) => {
      const list: Use[] = drawn.map(({ reads, writes }) => ({
        writes,
        reads: reads.filter((value) => !writes.includes(value)),
      }));
      const { places, sizes } = placeTemporaries(list, bytesOf, 20_000);
      for (const { reads, writes } of list) {
        for (const read of reads) {
          for (const written of writes) {
            expect(places.get(read)!.buffer).not.toBe(places.get(written)!.buffer);
          }
        }
      }
      const spans = [...places].map(([value, place]) => {
        const at = list.flatMap(({ reads, writes }, i) =>
          reads.includes(value) || writes.includes(value) ? [i] : [],
        );
        const { buffer, offset } = place;
        expect(offset % 256).toBe(0);
        expect(offset + bytesOf(value)).toBeLessThanOrEqual(sizes[buffer]!);
        expect(sizes[buffer]).toBeLessThanOrEqual(20_000);
        return { buffer, offset, end: offset + bytesOf(value), first: at[0]!, last: at.at(-1)! };
      });
      spans.forEach((a, i) => {
        for (const b of spans.slice(i + 1)) {
          const meet = a.buffer === b.buffer && a.first <= b.last && b.first <= a.last;
          expect(meet && a.offset < b.end && b.offset < a.end).toBe(false);
        }
      });
    }),
    { numRuns: 200 },
  );
});

it('a chain needs two buffers', () => {
  const chain = Array.from({ length: 6 }, (_, i): Use => ({ reads: [i], writes: [i + 1] }));
  expect(placeTemporaries(chain, () => 100, 1 << 20).sizes).toEqual([256, 256]);
});

it('a buffer that is read and written is bound once', () => {
  const kernel: Kernel = {
    name: 'k',
    bindings: [
      { name: 'in0', type: 'array<f32>', access: 'read' },
      { name: 'in1', type: 'array<f32>', access: 'read' },
      { name: 'out2', type: 'array<f32>', access: 'write' },
    ],
    code: 'out2[0] = in0[0] + in1[0] + in0[1];',
    workgroups: [1, 1, 1],
  };
  const step = { kernel, args: [4, 5, 6] };
  expect(mergeAliases(step, (argument) => argument)).toBe(step);
  const merged = mergeAliases(step, (argument) => (argument === 6 ? 4 : argument));
  expect(merged.args).toEqual([5, 6]);
  expect(merged.kernel.code).toBe('out2[0] = out2[0] + in1[0] + out2[1];');
  expect(merged.kernel.bindings.map(({ name }) => name)).toEqual(['in1', 'out2']);
  const mixed = {
    ...kernel,
    bindings: kernel.bindings.with(0, { ...kernel.bindings[0]!, type: 'array<u32>' }),
  };
  expect(() =>
    mergeAliases({ kernel: mixed, args: [4, 5, 6] }, (argument) => argument % 2),
  ).toThrow(/sees one buffer as array<u32> and as array<f32>/);
});

it('size classes waste at most a fifth', () => {
  for (const bytes of [0, 1, 256, 257, 300, 1000, 65_537, 1e6, 1e8]) {
    const size = sizeClass(bytes);
    expect(size).toBeGreaterThanOrEqual(bytes);
    expect(size % 4).toBe(0);
    expect(sizeClass(size)).toBe(size);
    if (bytes > 256) expect(bytes / size).toBeGreaterThan(0.79);
  }
});
