import type { Kernel, LoopKernel, Plan, PlanBuffer } from '@llm/tensor/backend';
import { afterEach, describe, expect, it } from 'vitest';
import { OutOfMemoryError, WasmBackend, type WasmBackendOptions } from '../../src/index.ts';

const backends: WasmBackend[] = [];
function backend(options: WasmBackendOptions = {}): WasmBackend {
  const created = WasmBackend.create({ threads: 2, debug: true, ...options });
  backends.push(created);
  return created;
}
afterEach(async () => {
  for (const created of backends.splice(0)) await created.dispose();
});

/** out = in · factor + index. */
function scale(size: number, factor: number): LoopKernel {
  return {
    kind: 'loop',
    name: 'scale',
    reduces: false,
    axes: [size],
    buffers: [
      { dtype: 'f32', size, access: 'read' },
      { dtype: 'f32', size, access: 'write' },
    ],
    instructions: [
      { op: 'load', access: { buffer: 0, offset: 0, strides: [1] }, type: 'f32' },
      { op: 'constant', value: factor, type: 'f32' },
      { op: 'binary', operator: 'mul', left: 0, right: 1, type: 'f32' },
    ],
    stores: [{ value: 2, buffer: 1, offset: 0, strides: [1] }],
  };
}

/** The sum of squares of all elements: takes scratch of its own. */
function squares(size: number): LoopKernel {
  return {
    kind: 'loop',
    name: 'squares',
    reduces: true,
    axes: [1, size],
    buffers: [
      { dtype: 'f32', size, access: 'read' },
      { dtype: 'f32', size: 1, access: 'write' },
    ],
    instructions: [
      { op: 'load', access: { buffer: 0, offset: 0, strides: [0, 1] }, type: 'f32' },
      { op: 'binary', operator: 'mul', left: 0, right: 0, type: 'f32' },
      { op: 'reduce', operator: 'sum', operand: 1, type: 'f32' },
    ],
    stores: [{ value: 2, buffer: 1, offset: 0, strides: [0, 0] }],
  };
}

/** A plan; `scratchOf` tells what a step needs beside its buffers, which is put behind the temporaries. */
function planOf(
  steps: [Kernel, number[]][],
  buffers: PlanBuffer[],
  arenaBytes = 0,
  scratchOf: (kernel: Kernel) => readonly number[] = () => [],
): Plan {
  const all = [...buffers];
  let top = arenaBytes;
  const placed = steps.map(([kernel, numbers]) => ({
    kernel,
    buffers: numbers,
    scratch: scratchOf(kernel).map((size) => {
      const offset = Math.ceil(top / 64) * 64;
      top = offset + size;
      return all.push({ kind: 'arena', offset, bytes: size }) - 1;
    }),
    scope: 'test',
  }));
  return {
    steps: placed,
    buffers: all,
    bindings: buffers.filter(({ kind }) => kind === 'binding').length,
    arenaBytes: top,
  };
}

const binding = (index: number, size: number): PlanBuffer => ({
  kind: 'binding',
  index,
  bytes: 4 * size,
});
const bytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const floats = (data: Uint8Array) =>
  Array.from(new Float32Array(data.buffer, data.byteOffset, data.length / 4));

/** in → arena → out, times 6. */
const chain = (size: number): Plan =>
  planOf(
    [
      [scale(size, 2), [0, 1]],
      [scale(size, 3), [1, 2]],
    ],
    [binding(0, size), { kind: 'arena', offset: 0, bytes: 4 * size }, binding(1, size)],
    4 * size,
  );

describe.each([
  ['shared, 1 thread', { threads: 1 }],
  ['shared, 2 threads', { threads: 2 }],
  ['shared, 3 threads', { threads: 3 }],
  ['unshared', { threads: 1, sharedMemory: false }],
  ['plain SIMD', { relaxedSimd: false }],
] as [string, WasmBackendOptions][])('%s', (_, options) => {
  it('runs a plan again and again, on other buffers too', async () => {
    const device = backend(options);
    const program = device.prepare(chain(5));
    const [a, b] = [device.allocate(20, 'a'), device.allocate(20, 'b')];
    device.write(a, bytes([1, 2, 3, 4, 5]));
    const run = device.run(program, [a, b]);
    expect(floats(await device.read(b, 0, 20))).toEqual([6, 12, 18, 24, 30]);
    await run;
    const c = device.allocate(20, 'c');
    await device.run(program, [b, c]);
    expect(floats(await device.read(c, 4, 8))).toEqual([72, 108]);
    program.dispose();
  });

  it('keeps writes, runs and reads in order, and does not reuse what a pending run needs', async () => {
    const device = backend(options);
    const size = 50_000;
    const program = device.prepare(chain(size));
    const runs: Promise<void>[] = [];
    const results: Promise<Uint8Array>[] = [];
    const a = device.allocate(4 * size, 'a');
    for (let turn = 0; turn < 10; turn++) {
      device.write(a, bytes(new Array(size).fill(turn)));
      const out = device.allocate(4 * size, `out ${turn}`);
      runs.push(device.run(program, [a, out]));
      results.push(device.read(out, 4 * (size - 1), 4));
      device.release(out);
    }
    const last = (await Promise.all(results)).map((data) => floats(data)[0]);
    expect(last).toEqual([0, 6, 12, 18, 24, 30, 36, 42, 48, 54]);
    await Promise.all(runs);
  });

  it('lets the arena move under an older program', async () => {
    const device = backend(options);
    const few = device.prepare(chain(5));
    const [a, b] = [device.allocate(20, 'a'), device.allocate(20, 'b')];
    device.write(a, bytes([1, 1, 1, 1, 1]));
    await device.run(few, [a, b]);
    const blocker = device.allocate(64, 'keeps the arena from growing in place');
    const many = device.prepare(chain(100_000));
    const [c, d] = [device.allocate(400_000, 'c'), device.allocate(400_000, 'd')];
    device.write(c, bytes(new Array(100_000).fill(2)));
    const runs = [device.run(many, [c, d]), device.run(few, [b, a])];
    expect(floats(await device.read(a, 0, 4))).toEqual([36]);
    expect(floats(await device.read(d, 399_996, 4))).toEqual([12]);
    await Promise.all(runs);
    device.release(blocker);
  });

  it('gives steps scratch, and sums the same on any number of threads', async () => {
    const device = backend(options);
    const size = 1 << 17;
    const program = device.prepare(
      planOf([[squares(size), [0, 1]]], [binding(0, size), binding(1, 1)], 0, (kernel) =>
        device.scratch(kernel),
      ),
    );
    const [a, b] = [device.allocate(4 * size, 'a'), device.allocate(4, 'b')];
    device.write(a, bytes(Array.from({ length: size }, (_, i) => (i % 7) - 3)));
    await device.run(program, [a, b]);
    const want = Array.from({ length: size }, (_, i) => ((i % 7) - 3) ** 2).reduce((x, y) => x + y);
    expect(floats(await device.read(b, 0, 4))).toEqual([want]);
    const [timing] = await device.profile(program, [a, b]);
    expect(timing).toMatchObject({ name: 'squares', scope: 'test' });
    expect(timing!.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('takes an empty plan and empty buffers', async () => {
    const device = backend(options);
    await device.run(device.prepare(planOf([], [])), []);
    const nothing = device.allocate(0, 'nothing');
    const empty = planOf([[scale(0, 1), [0, 0]]], [binding(0, 0)]);
    await device.run(device.prepare(empty), [nothing]);
    expect(await device.read(nothing, 0, 0)).toHaveLength(0);
  });
});

describe('what it refuses', () => {
  it('an unknown option', () => {
    expect(() => WasmBackend.create({ thread: 2 } as WasmBackendOptions)).toThrow(
      /unknown option 'thread'/,
    );
  });

  it('more memory than there is, by name', () => {
    const device = backend({ memoryLimit: 2 << 20 });
    expect(() => device.allocate(4 << 20, 'weights')).toThrow(OutOfMemoryError);
    expect(() => device.allocate(4 << 20, 'weights')).toThrow(/weights/);
    expect(device.memory().buffers).toBe(0);
  });

  it('bindings too few or too small, ranges outside, buffers released', async () => {
    const device = backend();
    const program = device.prepare(chain(5));
    const [a, b] = [device.allocate(20, 'a'), device.allocate(16, 'b')];
    await expect(device.run(program, [a])).rejects.toThrow(/got 1 bindings, want 2/);
    await expect(device.run(program, [a, b])).rejects.toThrow(/16 bytes \('b'\), want 20/);
    expect(() => device.write(a, new Uint8Array(8), 16)).toThrow(/bytes 16 to 24 of 'a'/);
    await expect(device.read(b, 0, 17)).rejects.toThrow(/'b'/);
    device.release(b);
    expect(() => device.write(b, new Uint8Array(1))).toThrow(/released/);
    program.dispose();
    await expect(device.run(program, [a, a])).rejects.toThrow(/disposed/);
  });

  it('keeps no memory after buffers and programs are gone', async () => {
    const device = backend();
    const before = device.memory();
    const [a, b] = [device.allocate(4000, 'a'), device.allocate(4000, 'b')];
    const program = device.prepare(
      planOf([[scale(1000, 2), [0, 1]]], [binding(0, 1000), binding(1, 1000)]),
    );
    await device.run(program, [a, b]);
    program.dispose();
    device.release(a);
    device.release(b);
    expect(device.memory()).toMatchObject({ live: before.live, buffers: 0 });
    expect(device.memory().peak).toBeGreaterThanOrEqual(8000);
    device.resetPeak();
    expect(device.memory().peak).toBe(device.memory().live);
  });
});
