import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dtypeBits,
  parseSafetensors,
  SAFETENSORS_DTYPES,
  type SafetensorsInput,
  serializeSafetensors,
} from '../../src/index.ts';

describe('serializeSafetensors', () => {
  it('writes the bytes of the Python writer', async () => {
    const url = new URL('../fixtures/python-writer.safetensors', import.meta.url);
    const python = new Uint8Array(await readFile(url));
    const { tensors, metadata } = parseSafetensors(python);
    const ours = serializeSafetensors([...tensors].reverse(), metadata);
    expect(Buffer.from(ours).equals(python)).toBe(true);
  });

  it('aligns the tensors to 8 bytes', () => {
    for (const name of ['a', 'ab', 'abc', 'abcd']) {
      const bytes = serializeSafetensors({
        [name]: { dtype: 'U8', shape: [1], data: Uint8Array.of(7) },
      });
      expect(bytes.length % 8).toBe(1);
    }
  });

  it('round-trips any tensors', () => {
    const tensor = fc
      .tuple(fc.constantFrom(...SAFETENSORS_DTYPES), fc.array(fc.nat(4), { maxLength: 3 }))
      .map(([dtype, shape]): SafetensorsInput => {
        const sizes = [...shape, 8]; // eight elements are whole bytes in every type
        const bits = sizes.reduce((a, b) => a * b, dtypeBits(dtype));
        return { dtype, shape: sizes, data: new Uint8Array(bits / 8).fill(bits) };
      });
    const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__');
    fc.assert(
      fc.property(
        fc.dictionary(names, tensor),
        fc.dictionary(names, names),
        (tensors, metadata) => {
          const parsed = parseSafetensors(serializeSafetensors(tensors, metadata));
          expect(new Map([...parsed.tensors].sort())).toEqual(
            new Map(Object.entries(tensors).sort()),
          );
          expect(parsed.metadata).toEqual(new Map(Object.entries(metadata)));
        },
      ),
    );
  });

  const one: SafetensorsInput = { dtype: 'U8', shape: [1], data: Uint8Array.of(1) };
  it.each<[string, Iterable<readonly [string, SafetensorsInput]>, string]>([
    ['a reserved name', [['__metadata__', one]], 'reserved'],
    [
      'a name twice',
      [
        ['a', one],
        ['a', one],
      ],
      'given twice',
    ],
    ['bytes that do not fit', [['a', { ...one, shape: [2] }]], 'U8 [2] takes 2 bytes, data has 1'],
    ['a negative size', [['a', { ...one, shape: [-1] }]], 'not negative'],
    ['an unknown dtype', [['a', { ...one, dtype: 'F31' as 'F32' }]], 'is unknown'],
    ['half a character', [['\ud800', one]], 'not valid Unicode'],
  ])('refuses %s', (_, tensors, message) => {
    expect(() => serializeSafetensors(tensors)).toThrow(message);
  });
});
