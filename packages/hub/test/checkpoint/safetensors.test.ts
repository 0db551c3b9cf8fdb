import { describe, expect, it } from 'vitest';
import {
  CheckpointError,
  MissingFileError,
  openCheckpoint,
  openFiles,
  SafetensorsError,
  serializeSafetensors,
} from '../../src/index.ts';

const bytesOf = (array: ArrayBufferView) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const f32 = (...values: number[]) => ({
  dtype: 'F32' as const,
  shape: [values.length],
  data: bytesOf(Float32Array.from(values)),
});
const shard = (tensors: Parameters<typeof serializeSafetensors>[0]) =>
  serializeSafetensors(tensors, { format: 'pt' });
const INDEX = 'model.safetensors.index.json';
const one = 'model-00001-of-00002.safetensors';
const two = 'model-00002-of-00002.safetensors';

function sharded(weightMap: unknown, files: Record<string, Uint8Array> = {}) {
  return openCheckpoint(
    openFiles({
      [INDEX]:
        typeof weightMap === 'string' ? weightMap : JSON.stringify({ weight_map: weightMap }),
      [one]: shard({ a: f32(1, 2) }),
      [two]: shard({ b: f32(3), c: f32(4) }),
      ...files,
    }),
  );
}

describe('one file', () => {
  it('reads bytes and numbers, one tensor at a time', async () => {
    const data = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00);
    const file = shard({
      half: { dtype: 'F16', shape: [2, 2], data: bytesOf(data) },
      odd: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 255) },
      whole: f32(1.5),
    });
    const checkpoint = await openCheckpoint(openFiles({ 'model.safetensors': file }));
    expect(checkpoint.format).toBe('safetensors');
    expect(checkpoint.metadata.get('format')).toBe('pt');
    expect(checkpoint.tensors.get('half')).toMatchObject({ dtype: 'F16', byteLength: 8 });
    const read = await checkpoint.read('odd');
    expect([...read]).toEqual([1, 2, 255]);
    expect([read.byteOffset, read.buffer.byteLength]).toEqual([0, 8]);
    expect([...(await checkpoint.readFloat32('half'))]).toEqual([1, -2, 2 ** -24, Infinity]);
    expect([...(await checkpoint.readFloat32('whole'))]).toEqual([1.5]);
    expect([...(await checkpoint.readInt32('odd'))]).toEqual([1, 2, 255]);
    await expect(checkpoint.read('none')).rejects.toThrow('no tensor "none" in memory');
    await checkpoint.close();
  });

  it('converts tensors longer than one piece', async () => {
    const values = Uint16Array.from({ length: 1_500_001 }, (_, i) => i & 0x7bff);
    const file = shard({ t: { dtype: 'BF16', shape: [values.length], data: bytesOf(values) } });
    const checkpoint = await openCheckpoint(openFiles({ 'model.safetensors': file }));
    const got = await checkpoint.readFloat32('t');
    const bits = new Uint32Array(got.buffer);
    expect(got.length).toBe(values.length);
    expect(bits.every((bit, i) => bit === (values[i]! << 16) >>> 0)).toBe(true);
  });

  it.each([
    ['F32', [700, 601]],
    ['BF16', [1500, 601]],
    ['F32', [5]],
    ['F16', []],
    ['F32', [3, 0]],
  ] as const)('gives %s %j in pieces of whole rows', async (dtype, shape) => {
    const size = shape.reduce<number>((product, length) => product * length, 1);
    const data = new Uint8Array((dtype === 'F32' ? 4 : 2) * size).map((_, i) => (i * 7) & 63);
    const file = shard({ t: { dtype, shape: [...shape], data } });
    const checkpoint = await openCheckpoint(openFiles({ 'model.safetensors': file }));
    const got: number[] = [];
    let pieces = 0;
    for await (const piece of checkpoint.float32Rows('t')) {
      expect(piece.length % (shape.at(-1) ?? 1)).toBe(0);
      expect(piece.byteLength).toBeLessThanOrEqual(2 ** 21);
      for (const value of piece) got.push(value);
      pieces += 1;
    }
    const want = await checkpoint.readFloat32('t');
    expect(got.length).toBe(want.length);
    expect(want.every((value, i) => value === got[i])).toBe(true);
    expect(pieces).toBe(size > 1000 ? 2 : Math.min(1, size));
  });

  it('names the file of a malformed header', async () => {
    const source = openFiles({ 'model.safetensors': new Uint8Array(4) });
    const error = await openCheckpoint(source).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SafetensorsError);
    expect((error as Error).message).toMatch(/^model\.safetensors: .*HeaderTooSmall/);
  });
});

describe('shards', () => {
  it('are one checkpoint', async () => {
    const checkpoint = await sharded({ a: one, b: two, c: two });
    expect([...checkpoint.tensors.keys()]).toEqual(['a', 'b', 'c']);
    expect(checkpoint.files).toEqual([one, two]);
    expect([...(await checkpoint.readFloat32('b'))]).toEqual([3]);
  });

  it.each([
    '../model.safetensors',
    '/etc/model.safetensors',
    'C:\\model.safetensors',
    '\\\\host\\model.safetensors',
    'a/../../model.safetensors',
    'sub/model.safetensors',
    '%2e%2e%2fmodel.safetensors',
    'file:model.safetensors',
    'model\0.safetensors',
    '',
    'config.json',
  ])('outside the folder are refused: %j', async (name) => {
    await expect(sharded({ a: name })).rejects.toThrow('wants the plain name of a .safetensors');
  });

  it.each([
    ['no map', '{}', '"weight_map"'],
    ['a list', '[]', '"weight_map"'],
    ['an empty map', '{"weight_map":{}}', '"weight_map"'],
    ['a number', '{"weight_map":{"a":1}}', 'lies in no text'],
    ['a key twice', `{"weight_map":{"a":"${one}","a":"${two}"}}`, 'the key "a" appears twice'],
    ['no JSON', '{', 'expected a key'],
  ])('of an index with %s are refused', async (_, index, message) => {
    const error = await sharded(index).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain(message);
  });

  it('that are missing, hold a tensor twice, or not what the index says are refused', async () => {
    await expect(sharded({ a: 'none.safetensors' })).rejects.toThrow(MissingFileError);
    await expect(sharded({ a: two, b: two })).rejects.toThrow('"a" in model-00002');
    await expect(
      sharded({ a: one, b: two }, { [two]: shard({ a: f32(1), b: f32(2) }) }),
    ).rejects.toThrow('tensor "a" is in two shards');
  });
});

describe('openCheckpoint', () => {
  it('says what is there, and refuses unknown options', async () => {
    await expect(openCheckpoint(openFiles({ 'x.txt': '' }))).rejects.toThrow('it holds x.txt');
    await expect(openCheckpoint(openFiles({}), { file: 'x.onnx' })).rejects.toThrow('ends in');
    const files = openFiles({ 'a.gguf': '', 'b.gguf': '' });
    await expect(openCheckpoint(files)).rejects.toThrow(
      'say which one by { file }: a.gguf, b.gguf',
    );
    // @ts-expect-error there is no such option
    await expect(openCheckpoint(files, { dtype: 'f32' })).rejects.toThrow('unknown option "dtype"');
  });
});
