import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../src/index.ts';
import { fixture, openBytes, openFixture } from '../support/checkpoints.ts';

const MAGIC = 0x46554747;

/** A header from numbers: u32 as they are, u64 as bigints, strings with their length. */
function header(...parts: (number | bigint | string)[]): Uint8Array {
  const bytes: number[] = [];
  const push = (value: bigint, width: number) => {
    for (let i = 0; i < width; i++) bytes.push(Number((value >> BigInt(8 * i)) & 255n));
  };
  for (const part of parts) {
    if (typeof part === 'number') push(BigInt(part), 4);
    else if (typeof part === 'bigint') push(part, 8);
    else {
      const text = new TextEncoder().encode(part);
      push(BigInt(text.length), 8);
      bytes.push(...text);
    }
  }
  return Uint8Array.from(bytes);
}

/** A file of one f32 tensor [2] whose description is changed. */
function oneTensor(
  change: { axes?: number; sizes?: bigint[]; type?: number; offset?: bigint; twice?: boolean } = {},
): Uint8Array {
  const { sizes = [2n], axes = sizes.length, type = 0, offset = 0n, twice = false } = change;
  const tensor = ['t', axes, ...sizes, type, offset] as const;
  const start = header(MAGIC, 3, twice ? 2n : 1n, 0n, ...tensor, ...(twice ? tensor : []));
  const file = new Uint8Array(Math.ceil(start.length / 32) * 32 + 8);
  file.set(start);
  return file;
}

const keyed = (...value: (number | bigint | string)[]) => header(MAGIC, 3, 0n, 1n, 'key', ...value);

const BAD: [what: string, bytes: Uint8Array, message: string][] = [
  ['an empty file', new Uint8Array(0), 'do not fit into the file'],
  ['another magic number', header(0x12345678, 3, 0n, 0n), 'does not begin with "GGUF"'],
  ['version 1', header(MAGIC, 1, 0n, 0n), 'has version 1, wants 2 or 3'],
  ['a big-endian file', header(MAGIC, 0x03000000, 0n, 0n), 'big-endian'],
  ['more keys than fit', header(MAGIC, 3, 0n, 2n ** 40n), 'do not fit into the file'],
  ['more tensors than fit', header(MAGIC, 3, 2n ** 40n, 0n), 'do not fit into the file'],
  ['a count beyond 2^53', header(MAGIC, 3, 2n ** 63n, 0n), 'more than any file holds'],
  ['a long key', header(MAGIC, 3, 0n, 1n, 2n ** 40n), 'do not fit into the file'],
  ['an unknown value type', keyed(13, 0), 'has the unknown type 13'],
  ['a bool of 2', Uint8Array.of(...keyed(7), 2), 'wants 0 or 1 for a bool'],
  ['a long array', keyed(9, 4, 2n ** 40n), 'do not fit into the file'],
  ['a long array of strings', keyed(9, 8, 2n ** 40n), 'do not fit into the file'],
  [
    'arrays nested deeply',
    keyed(9, 9, 1n, 9, 1n, 9, 1n, 9, 1n, 9, 1n, 4, 0n),
    'nests arrays deeper than 4',
  ],
  ['a key twice', header(MAGIC, 3, 0n, 2n, 'a', 4, 1, 'a', 4, 1), 'the key "a" appears twice'],
  ['a key that is not UTF-8', Uint8Array.of(...header(MAGIC, 3, 0n, 1n, 1n), 0xff), 'UTF-8'],
  ['an alignment of 3', header(MAGIC, 3, 0n, 1n, 'general.alignment', 4, 3), 'power of two'],
  ['a tensor twice', oneTensor({ twice: true }), 'tensor "t" appears twice'],
  ['five axes', oneTensor({ axes: 5 }), 'has 5 axes'],
  ['sizes that overflow', oneTensor({ sizes: [2n ** 40n, 2n ** 40n] }), 'overflows'],
  ['a size beyond the file', oneTensor({ sizes: [3n] }), 'the file has'],
  ['an offset beyond the file', oneTensor({ offset: 32n }), 'the file has'],
  ['an offset out of line', oneTensor({ offset: 4n }), 'not a multiple of 32'],
  ['half a block', oneTensor({ type: 8, sizes: [16n] }), 'no whole blocks of 32'],
  ['an unknown type', oneTensor({ type: 99 }), 'has the type number 99'],
];

describe('GGUF', () => {
  it('reads typed metadata', async () => {
    const { metadata, format, files } = await openFixture('types.gguf');
    expect([format, files]).toEqual(['gguf', ['types.gguf']]);
    const tests = [...metadata].filter(([key]) => key.startsWith('test.'));
    expect(Object.fromEntries(tests)).toEqual({
      'test.u8': 255,
      'test.i8': -128,
      'test.u16': 65535,
      'test.i16': -32768,
      'test.u32': 2 ** 32 - 1,
      'test.i32': -(2 ** 31),
      'test.f32': 0.5,
      'test.bool': true,
      'test.u64': 2n ** 63n,
      'test.i64': -5,
      'test.f64': 0.1,
      'test.strings': ['a', 'é', ''],
      'test.integers': Int32Array.of(1, -2, 3),
      'test.floats': Float32Array.of(0.5, -1.5),
      'test.bools': [true, false],
    });
    expect(metadata.get('general.architecture')).toBe('llama');
  });

  it.each(['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'Q8_0', 'Q4_K', 'Q5_K', 'Q6_K', 'F16', 'BF16'])(
    'reads %s bit for bit as the reference',
    async (name) => {
      const checkpoint = await openFixture('types.gguf');
      expect(checkpoint.tensors.get(name)?.dtype).toBe(name);
      const wanted = await checkpoint.readFloat32(`${name}.values`);
      const got = await checkpoint.readFloat32(name);
      expect(got.length).toBeGreaterThan(0);
      expect(new Uint32Array(got.buffer)).toEqual(new Uint32Array(wanted.buffer));
      expect(checkpoint.tensors.get(name)?.shape).toEqual(
        checkpoint.tensors.get(`${name}.values`)?.shape,
      );
    },
  );

  it('names a type that is not supported', async () => {
    await expect(openFixture('other-type.gguf')).rejects.toThrow(
      'tensor "weight" has the type Q2_K, which is not supported; supported are F32, F16, Q4_0',
    );
  });

  it.each(BAD)('refuses %s', async (_, bytes, message) => {
    const error = await openBytes('bad.gguf', bytes).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain(message);
  });

  it('accepts the file that the bad ones are made of', async () => {
    const { tensors } = await openBytes('good.gguf', oneTensor());
    expect(tensors.get('t')).toMatchObject({ dtype: 'F32', shape: [2], byteLength: 8 });
  });

  it('refuses a file that is cut off anywhere', async () => {
    const whole = await fixture('other-type.gguf');
    const one = await fixture('types.gguf');
    for (let length = 0; length < whole.length; length += 7) {
      await expect(openBytes('cut.gguf', whole.subarray(0, length))).rejects.toThrow(
        CheckpointError,
      );
    }
    await expect(openBytes('cut.gguf', one.subarray(0, one.length - 33))).rejects.toThrow(
      'is the download complete?',
    );
  });
});
