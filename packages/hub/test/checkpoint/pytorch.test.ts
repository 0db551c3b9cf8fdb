import { describe, expect, it } from 'vitest';
import { CheckpointError, openCheckpoint, openFiles } from '../../src/index.ts';
import { fixture, openBytes, openFixture } from '../support/checkpoints.ts';

describe.each(['zip.bin', 'legacy.bin'])('%s', (file) => {
  it('reads every type of number', async () => {
    const checkpoint = await openFixture(file);
    expect(checkpoint.format).toBe('pytorch');
    const float = async (name: string) => [...(await checkpoint.readFloat32(name))];
    const integer = async (name: string) => [...(await checkpoint.readInt32(name))];
    expect(await float('f16')).toEqual([1.5, -0.25, 65504]);
    expect(await float('bf16')).toEqual([1.5, -0.25, 3.00405527047391e38]);
    expect(await float('f64')).toEqual([Math.fround(0.1), -0]);
    expect(await integer('i64')).toEqual([-1, 2 ** 31 - 1]);
    expect(await integer('i32')).toEqual([-7]);
    expect(await integer('i16')).toEqual([-300, 300]);
    expect(await integer('i8')).toEqual([-128, 127]);
    expect(await integer('u8')).toEqual([0, 255]);
    expect(await integer('bool')).toEqual([1, 0]);
    expect(await float('scalar')).toEqual([2.5]);
    expect(await float('empty')).toEqual([]);
    expect(checkpoint.tensors.get('empty')).toMatchObject({ dtype: 'F32', shape: [0, 3] });
    await expect(checkpoint.readInt32('i64_large')).rejects.toThrow(
      'tensor "i64_large": element 0 is 1099511627776, which a 32-bit integer cannot hold',
    );
    await expect(checkpoint.readInt32('f16')).rejects.toThrow('is F16, which is not read as i32');
  });

  it('reads views of one storage', async () => {
    const checkpoint = await openFixture(file);
    const eighths = async (name: string) =>
      Array.from(await checkpoint.readFloat32(name), (value) => value * 8);
    expect(await eighths('base')).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect((await eighths('transposed')).slice(0, 8)).toEqual([0, 6, 12, 18, 1, 7, 13, 19]);
    expect(await eighths('row')).toEqual([12, 13, 14, 15, 16, 17]);
    expect(await eighths('window')).toEqual([8, 9, 10, 14, 15, 16]);
    expect(await eighths('every_other')).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]);
    expect(checkpoint.tensors.get('transposed')?.shape).toEqual([6, 4]);
  });

  it('is refused wherever it is cut off', async () => {
    const bytes = await fixture(file);
    for (let length = 0; length < bytes.length; length += 13) {
      await expect(openBytes(file, bytes.subarray(0, length))).rejects.toThrow(CheckpointError);
    }
  });
});

describe('pytorch_model.bin', () => {
  it.each([
    ['runs-code.bin', 'print"'],
    ['parameter.bin', 'mentions "torch._utils._rebuild_parameter"'],
    ['not-a-tensor.bin', 'the value of "epoch" is no tensor'],
    ['expanded.bin', 'a view of 1000 elements'],
    ['plain-pickle.bin', 'neither a zip archive nor an older file'],
  ])('refuses %s', async (file, message) => {
    const error = await openFixture(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain(message);
  });

  it.each([
    ['POP', '80 02 4e 30 2e', 'opcode 0x30'],
    ['INST', '80 02 28 69', 'opcode 0x69'],
    ['OBJ', '80 02 28 6f', 'opcode 0x6f'],
    ['NEWOBJ', '80 02 81', 'opcode 0x81'],
    ['EXT1', '80 02 82 01', 'opcode 0x82'],
    ['STACK_GLOBAL', '80 02 93', 'opcode 0x93'],
    ['protocol 4', '80 04 2e', 'has protocol 4'],
    ['an empty stack', '80 02 2e', 'takes more from its stack'],
    ['a mark for a value', '80 02 28 2e', 'takes a mark for a value'],
    ['a list that did not begin', '80 02 5d 65 2e', 'ends a list that it did not begin'],
    ['a memory that is empty', '80 02 68 07 2e', 'recalls 7'],
    ['an append to None', '80 02 4e 4e 61 2e', 'appends to what is no list'],
    ['items of a list', '80 02 5d 4e 4e 73 2e', 'no dictionary'],
    ['attributes of a list', '80 02 5d 4e 62 2e', 'sets attributes'],
    ['a call of nothing', '80 02 4e 29 52 2e', 'calls something other'],
    ['a persistent id', '80 02 4e 51 2e', 'no storage of a tensor'],
    ['a text beyond the file', '80 02 58 ff ff ff ff 2e', 'ends too early'],
    ['a text that is not UTF-8', '80 02 58 01 00 00 00 ff 2e', 'not valid UTF-8'],
  ])('refuses %s', async (_, hex, message) => {
    const bytes = Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
    const error = await openBytes('bad.bin', bytes).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toContain(message);
  });

  it('is found by its name, and so is its index', async () => {
    const zip = await fixture('zip.bin');
    const single = await openCheckpoint(openFiles({ 'pytorch_model.bin': zip }));
    const names = [...single.tensors.keys()];
    const index = { weight_map: Object.fromEntries(names.map((name) => [name, 'a.bin'])) };
    const sharded = await openCheckpoint(
      openFiles({ 'pytorch_model.bin.index.json': JSON.stringify(index), 'a.bin': zip }),
    );
    expect([...sharded.tensors.keys()]).toEqual(names);
    expect(await sharded.read('base')).toEqual(await single.read('base'));
  });
});
