import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseSafetensors,
  parseSafetensorsHeader,
  SAFETENSORS_DTYPES,
  SafetensorsError,
  type SafetensorsErrorCode,
  safetensorsHeaderLength,
  serializeSafetensors,
} from '../../src/index.ts';

/** A file of this header text (or bytes) and this many bytes of tensors. */
function file(header: string | Uint8Array, dataBytes = 0, length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const tensor = (shape: string, offsets: string, dtype = 'F32') =>
  `{"t":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;

const shared = Array.from(
  { length: 10 },
  (_, i) => `"t${i}":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}`,
);

const BAD: [string, Uint8Array, SafetensorsErrorCode][] = [
  ['an empty file', new Uint8Array(0), 'HeaderTooSmall'],
  ['seven bytes', new Uint8Array(7), 'HeaderTooSmall'],
  ['a length of 2^64 - 1', file('{}', 0, 2n ** 64n - 1n), 'HeaderTooLarge'],
  ['a length above the limit', file('{}', 0, 100_000_001n), 'HeaderTooLarge'],
  ['a length beyond the file', file('{}', 0, 3n), 'InvalidHeaderLength'],
  ['a length and no header', file('', 0, 8n), 'InvalidHeaderLength'],
  ['no header at all', file(''), 'InvalidHeaderDeserialization'],
  ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0x7d)), 'InvalidHeader'],
  ['a byte order mark', file('\ufeff{}'), 'InvalidHeaderDeserialization'],
  ['an open brace', file('{'), 'InvalidHeaderDeserialization'],
  ['a list', file('[]'), 'InvalidHeaderDeserialization'],
  ['null', file('null'), 'InvalidHeaderDeserialization'],
  ['text after the object', file('{}x'), 'InvalidHeaderDeserialization'],
  ['a trailing comma', file('{"t":{},}'), 'InvalidHeaderDeserialization'],
  ['deep nesting', file(`{"t":${'['.repeat(5000)}`), 'InvalidHeaderDeserialization'],
  ['a number as metadata', file('{"__metadata__":{"a":1}}'), 'InvalidHeaderDeserialization'],
  ['a list as metadata', file('{"__metadata__":[]}'), 'InvalidHeaderDeserialization'],
  ['a tensor that is null', file('{"t":null}'), 'InvalidHeaderDeserialization'],
  [
    'a tensor without dtype',
    file('{"t":{"shape":[],"data_offsets":[0,0]}}'),
    'InvalidHeaderDeserialization',
  ],
  ['an unknown dtype', file(tensor('[1]', '[0,4]', 'F31'), 4), 'InvalidHeaderDeserialization'],
  [
    'a dtype from a prototype',
    file(tensor('[1]', '[0,4]', 'toString'), 4),
    'InvalidHeaderDeserialization',
  ],
  ['a fraction in a shape', file(tensor('[1.0]', '[0,4]'), 4), 'InvalidHeaderDeserialization'],
  ['an exponent in a shape', file(tensor('[1e0]', '[0,4]'), 4), 'InvalidHeaderDeserialization'],
  ['minus zero in a shape', file(tensor('[-0]', '[0,0]')), 'InvalidHeaderDeserialization'],
  ['a negative size', file(tensor('[-1]', '[0,4]'), 4), 'InvalidHeaderDeserialization'],
  ['a size as text', file(tensor('["1"]', '[0,4]'), 4), 'InvalidHeaderDeserialization'],
  ['a shape that is a number', file(tensor('4', '[0,16]'), 16), 'InvalidHeaderDeserialization'],
  ['one offset', file(tensor('[1]', '[4]'), 4), 'InvalidHeaderDeserialization'],
  ['three offsets', file(tensor('[1]', '[0,4,4]'), 4), 'InvalidHeaderDeserialization'],
  [
    'a size beyond 2^53',
    file(tensor('[2,18446744073709551614]', '[0,16]'), 16),
    'InvalidHeaderDeserialization',
  ],
  [
    'a product that overflows',
    file(tensor('[2,9007199254740991]', '[0,16]'), 16),
    'ValidationOverflow',
  ],
  [
    'a product times bits that overflows',
    file(tensor('[1125899906842624]', '[0,16]'), 16),
    'ValidationOverflow',
  ],
  ['too few bytes for the shape', file(tensor('[2,2]', '[0,4]'), 4), 'TensorInvalidInfo'],
  ['F4 that ends inside a byte', file(tensor('[3]', '[0,2]', 'F4'), 2), 'MisalignedSlice'],
  ['F6 that ends inside a byte', file(tensor('[2]', '[0,2]', 'F6_E2M3'), 2), 'MisalignedSlice'],
  ['offsets that run backwards', file(tensor('[0]', '[4,0]'), 4), 'InvalidOffset'],
  ['a hole before the first tensor', file(tensor('[1]', '[4,8]'), 8), 'InvalidOffset'],
  ['ten tensors on the same bytes', file(`{${shared.join(',')}}`, 16), 'InvalidOffset'],
  ['bytes after the tensors', file(tensor('[2,2]', '[0,16]'), 17), 'MetadataIncompleteBuffer'],
  ['two bytes missing', file(tensor('[2,2]', '[0,16]'), 14), 'MetadataIncompleteBuffer'],
  ['bytes and no tensor', file('{}', 1), 'MetadataIncompleteBuffer'],
  [
    'the same name twice',
    file(
      '{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"t":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      2,
    ),
    'DuplicateName',
  ],
  [
    'the same name twice, once escaped',
    file(
      '{"t":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0074":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      2,
    ),
    'DuplicateName',
  ],
  [
    'the same field twice',
    file('{"t":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    'DuplicateName',
  ],
];

describe('parseSafetensors', () => {
  it.each(BAD)('refuses %s', (_, bytes, code) => {
    let caught: unknown;
    try {
      parseSafetensors(bytes);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(SafetensorsError);
    expect((caught as SafetensorsError).code).toBe(code);
  });

  it('reads what the Python writer wrote', async () => {
    const url = new URL('../fixtures/python-writer.safetensors', import.meta.url);
    const { metadata, tensors } = parseSafetensors(new Uint8Array(await readFile(url)));
    expect([...metadata]).toEqual([['format', 'pt']]);
    expect(tensors.size).toBe(17);
    expect(tensors.get('b')).toMatchObject({ dtype: 'F32', shape: [2, 1] });
    expect([...tensors.get('b')!.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new TextDecoder().decode(tensors.get('\u{1f642}')!.data)).toBe('ij');
    expect(tensors.get('empty')).toMatchObject({ shape: [0, 7], data: new Uint8Array(0) });
  });

  it('accepts white space around the header, null metadata, no tensors, a name like __proto__', () => {
    expect(parseSafetensors(file(' \n{} \t')).tensors.size).toBe(0);
    expect(parseSafetensors(file('{"__metadata__":null}')).metadata.size).toBe(0);
    const odd = file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1);
    expect([...parseSafetensors(odd).tensors.keys()]).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  it('keeps numeric names in the order of their bytes', () => {
    const bytes = file(
      '{"10":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"9":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
      2,
    );
    expect([...parseSafetensors(bytes).tensors.keys()]).toEqual(['10', '9']);
  });

  it('recognises every dtype', () => {
    for (const dtype of SAFETENSORS_DTYPES) {
      // The first number in a name is the width; only BOOL has none. Eight elements of n bits: n bytes.
      const bytes = Number(/\d+/.exec(dtype)?.[0] ?? 8);
      const parsed = parseSafetensors(file(tensor('[8]', `[0,${bytes}]`, dtype), bytes));
      expect(parsed.tensors.get('t')?.data.byteLength).toBe(bytes);
    }
    expect(SAFETENSORS_DTYPES).toHaveLength(22);
  });

  it('gives views, not copies', () => {
    const bytes = file(tensor('[1]', '[0,4]'), 4);
    const { data } = parseSafetensors(bytes).tensors.get('t')!;
    expect(data.buffer).toBe(bytes.buffer);
  });

  it('reads the header alone, for readers by ranges', () => {
    const whole = file(tensor('[1]', '[0,4]'), 4);
    const length = safetensorsHeaderLength(whole.subarray(0, 8), whole.length);
    const header = parseSafetensorsHeader(whole.subarray(0, 8 + length), whole.length);
    expect(header.tensors.get('t')).toEqual({
      dtype: 'F32',
      shape: [1],
      begin: whole.length - 4,
      end: whole.length,
    });
    expect(() => parseSafetensorsHeader(whole.subarray(0, 20), whole.length)).toThrow(
      'only 20 were given',
    );
  });

  it('takes a lower and a higher limit on the header, and no other option', () => {
    const bytes = file(`{}${' '.repeat(100)}`);
    expect(() => parseSafetensors(bytes, { maxHeaderBytes: 50 })).toThrow('raise maxHeaderBytes');
    expect(() => parseSafetensors(bytes, { maxHeaderBytes: 1e9 })).toThrow('wants 0 to 100000000');
    expect(() => parseSafetensors(bytes, { maxHeader: 5 } as object)).toThrow('unknown option');
  });

  it('takes strings and numbers of megabytes without running out of stack', () => {
    const text = 'x\\n'.repeat(3_000_000);
    const parsed = parseSafetensors(file(`{"__metadata__":{"a":"${text}"}}`));
    expect(parsed.metadata.get('a')).toHaveLength(6_000_000);
    const digits = '9'.repeat(5_000_000);
    expect(() => parseSafetensors(file(tensor(`[${digits}]`, '[0,4]'), 4))).toThrow(
      SafetensorsError,
    );
  });

  it('answers any mutation of a valid file with a result or the typed error', () => {
    const valid = serializeSafetensors(
      {
        a: { dtype: 'F32', shape: [2], data: new Uint8Array(8) },
        b: { dtype: 'F4', shape: [2], data: new Uint8Array(1) },
      },
      { format: 'pt' },
    );
    const mutation = fc.record({
      at: fc.nat(valid.length - 1),
      remove: fc.nat(4),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc
          .constantFrom('{', '}', '[', ']', '"', ',', ':', '-', '0', '9', 'e', '\\', '__metadata__')
          .map((text) => new TextEncoder().encode(text)),
      ),
    });
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.array(mutation, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (edits, fix) => {
          let bytes: Uint8Array = valid;
          for (const { at, remove, insert } of edits) {
            const tail = bytes.subarray(Math.min(at + remove, bytes.length));
            bytes = Uint8Array.of(...bytes.subarray(0, at), ...insert, ...tail);
          }
          // Half of the runs keep the length honest, so that mutations reach the header's checks.
          if (fix && bytes.length > 17) {
            bytes = bytes.slice();
            new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 17), true);
          }
          try {
            const { tensors } = parseSafetensors(bytes);
            accepted++;
            const total = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
            expect(total).toBeLessThanOrEqual(bytes.length);
          } catch (error) {
            if (!(error instanceof SafetensorsError)) throw error;
          }
        },
      ),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});
