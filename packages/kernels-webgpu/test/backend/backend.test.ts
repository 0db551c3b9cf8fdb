import type { Kernel, LoopKernel, Plan, PlanBuffer } from '@llm/tensor/backend';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import {
  BufferLimitError,
  createWebGpuBackend,
  DeviceLostError,
  ForeignBufferError,
  KernelError,
  OutOfMemoryError,
  type WebGpuBackend,
} from '../../src/index.ts';

/** out = in · factor. */
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

const planOf = (steps: [Kernel, number[]][], buffers: PlanBuffer[], arenaBytes = 0): Plan => ({
  steps: steps.map(([kernel, numbers]) => ({
    kernel,
    buffers: numbers,
    scratch: [],
    scope: 'test',
  })),
  buffers,
  bindings: buffers.filter(({ kind }) => kind === 'binding').length,
  arenaBytes,
});
const binding = (index: number, size: number): PlanBuffer => ({
  kind: 'binding',
  index,
  bytes: 4 * size,
});
const arena = (offset: number, size: number): PlanBuffer => ({
  kind: 'arena',
  offset,
  bytes: 4 * size,
});
const bytes = (values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const floats = (data: Uint8Array) =>
  Array.from(new Float32Array(data.buffer, data.byteOffset, data.length / 4));

/** in → two temporaries → out, times 24. */
const chain = (size: number): Plan =>
  planOf(
    [
      [scale(size, 2), [0, 1]],
      [scale(size, 3), [1, 2]],
      [scale(size, 4), [2, 3]],
    ],
    [binding(0, size), arena(0, size), arena(4 * size, size), binding(1, size)],
    8 * size,
  );

describeWebGpu('backend', () => {
  let device: WebGpuBackend;
  beforeAll(async () => {
    device = await createWebGpuBackend({ debug: true });
  });
  afterAll(() => device.dispose());

  it('runs a plan again and again, on other buffers too', async () => {
    const program = device.prepare(chain(5));
    const [a, b, c] = ['a', 'b', 'c'].map((label) => device.allocate(20, label));
    device.write(a!, bytes([1, 2, 3, 4, 5]));
    void device.run(program, [a!, b!]);
    expect(floats(await device.read(b!, 0, 20))).toEqual([24, 48, 72, 96, 120]);
    await device.run(program, [b!, c!]);
    expect(floats(await device.read(c!, 4, 8))).toEqual([1152, 1728]);
    program.dispose();
    for (const buffer of [a!, b!, c!]) device.release(buffer);
  });

  it('keeps writes, runs and reads in order while shaders compile, and what a pending run needs', async () => {
    const size = 5_003;
    const program = device.prepare(chain(size)); // not awaited: its shaders are not there yet
    const results: Promise<Uint8Array>[] = [];
    const a = device.allocate(4 * size, 'a');
    for (let turn = 0; turn < 5; turn++) {
      device.write(a, bytes(new Array(size).fill(turn)));
      const out = device.allocate(4 * size, `out ${turn}`);
      void device.run(program, [a, out]);
      results.push(device.read(out, 4 * (size - 1), 4));
      device.release(out);
    }
    const last = (await Promise.all(results)).map((data) => floats(data)[0]);
    expect(last).toEqual([0, 24, 48, 72, 96]);
    device.release(a);
    program.dispose();
  });

  it('computes every point of a loop that takes several to a thread, its ragged end too', async () => {
    const size = 40_001;
    const program = device.prepare(
      planOf([[scale(size, 2), [0, 1]]], [binding(0, size), binding(1, size)]),
    );
    const [a, b] = [device.allocate(4 * size, 'a'), device.allocate(4 * size, 'b')];
    const numbers = Array.from({ length: size }, (_, i) => i);
    device.write(a, bytes(numbers));
    await device.run(program, [a, b]);
    const got = floats(await device.read(b, 0, 4 * size));
    expect(got).toEqual(numbers.map((number) => 2 * number));
    for (const buffer of [a, b]) device.release(buffer);
    program.dispose();
  });

  it('makes nothing on replay, and submits once', async () => {
    const native = device.device.native as GPUDevice;
    const program = device.prepare(chain(5));
    const [a, b] = [device.allocate(20, 'a'), device.allocate(20, 'b')];
    device.write(a, bytes([1, 1, 1, 1, 1]));
    await device.run(program, [a, b]);
    const made: string[] = [];
    const watched = [
      ...['createBuffer', 'createBindGroup', 'createShaderModule', 'createBindGroupLayout'],
      ...['createComputePipelineAsync', 'createPipelineLayout', 'createQuerySet'],
    ];
    for (const name of watched) {
      const original = native[name as 'createBuffer'].bind(native);
      Object.defineProperty(native, name, {
        configurable: true,
        value: (descriptor: GPUBufferDescriptor) => {
          made.push(name);
          return original(descriptor);
        },
      });
    }
    const submit = native.queue.submit.bind(native.queue);
    let submits = 0;
    Object.defineProperty(native.queue, 'submit', {
      configurable: true,
      value: (buffers: GPUCommandBuffer[]) => {
        submits++;
        submit(buffers);
      },
    });
    for (let turn = 0; turn < 10; turn++) {
      device.write(a, bytes([turn, turn, turn, turn, turn]));
      await device.run(program, [a, b]);
    }
    for (const name of watched) Reflect.deleteProperty(native, name);
    Reflect.deleteProperty(native.queue, 'submit');
    expect(made).toEqual([]);
    expect(submits).toBe(10);
    expect(floats(await device.read(b, 0, 4))).toEqual([216]);
    for (const buffer of [a, b]) device.release(buffer);
    program.dispose();
  });

  it('overwrites in place what it reads, also when two bindings turn out to be one buffer', async () => {
    const inPlace = device.prepare(planOf([[scale(5, 2), [0, 0]]], [binding(0, 5)]));
    const apart = device.prepare(planOf([[scale(5, 3), [0, 1]]], [binding(0, 5), binding(1, 5)]));
    const a = device.allocate(20, 'a');
    device.write(a, bytes([1, 2, 3, 4, 5]));
    await device.run(inPlace, [a]);
    await device.run(apart, [a, a]);
    expect(floats(await device.read(a, 0, 20))).toEqual([6, 12, 18, 24, 30]);
    device.release(a);
  });

  it('takes a buffer of the program, and hands out its own', async () => {
    const native = device.device.native as GPUDevice;
    const own = native.createBuffer({ size: 20, usage: 128 | 8 | 4 });
    native.queue.writeBuffer(own, 0, Float32Array.of(1, 2, 3, 4, 5));
    const wrapped = device.wrap(own, 20, 'mine');
    const out = device.allocate(20, 'out');
    const program = device.prepare(chain(5));
    await device.run(program, [wrapped, out]);
    expect(floats(await device.read(out, 0, 8))).toEqual([24, 48]);
    expect((device.native(out) as GPUBuffer).size).toBeGreaterThanOrEqual(20);
    device.release(wrapped);
    native.queue.writeBuffer(own, 0, Float32Array.of(7)); // still the program's
    own.destroy();
    device.release(out);
    expect(() => device.wrap(own, 24, 'mine')).toThrow(/got 24 bytes of a buffer of 20/);
  });

  it('tells the time of every step', async () => {
    const program = device.prepare(chain(5));
    const [a, b] = [device.allocate(20, 'a'), device.allocate(20, 'b')];
    device.write(a, bytes([1, 1, 1, 1, 1]));
    const timings = await device.profile(program, [a, b]);
    expect(timings).toHaveLength(3);
    for (const { name, scope, milliseconds } of timings) {
      expect({ name, scope }).toEqual({ name: 'scale', scope: 'test' });
      expect(milliseconds).toBeGreaterThanOrEqual(0);
    }
    expect(floats(await device.read(b, 0, 4))).toEqual([24]);
    for (const buffer of [a, b]) device.release(buffer);
  });

  it('takes empty plans and empty buffers', async () => {
    await device.run(device.prepare(planOf([], [])), []);
    const nothing = device.allocate(0, 'nothing');
    await device.run(device.prepare(planOf([[scale(0, 1), [0, 0]]], [binding(0, 0)])), [nothing]);
    expect(await device.read(nothing, 0, 0)).toHaveLength(0);
    device.release(nothing);
  });

  it('fifty cycles of making, using and freeing leave no more buffers than the first', async () => {
    const program = device.prepare(chain(100));
    let created = 0;
    const cycles = process.env.LLM_TEST_FULL ? 500 : 50;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const [a, b] = [device.allocate(400, 'a'), device.allocate(400, 'b')];
      device.write(a, new Uint8Array(400));
      await device.run(program, [a, b]);
      await device.read(b, 0, 400);
      for (const buffer of [a, b]) device.release(buffer);
      if (cycle === 0) created = device.created().buffers;
    }
    expect(device.created().buffers).toBe(created);
    expect(device.memory().buffers).toBe(0);
    program.dispose();
  });
});

describeWebGpu('what the backend refuses', () => {
  const open: WebGpuBackend[] = [];
  const create = async (options: Parameters<typeof createWebGpuBackend>[0] = {}) => {
    const backend = await createWebGpuBackend(options);
    open.push(backend);
    return backend;
  };
  afterAll(async () => {
    for (const backend of open) await backend.dispose();
  });

  it('features that the device lacks, and limits that are no limits of kernels', async () => {
    await expect(create({ kernelFeatures: ['subgroup'] })).rejects.toThrow(
      /this device lacks subgroup; it has .*core-features-and-limits/,
    );
    const kernelLimits = { maxComputeInvocationsPerWorkgroup: 64 };
    await expect(create({ kernelLimits } as never)).rejects.toThrow(
      /maxComputeInvocationsPerWorkgroup changes nothing; kernels keep to maxBufferSize, /,
    );
  });

  it('tensors beyond the limits of the device, and memory beyond its own, by name', async () => {
    const backend = await create({ memoryLimit: 2 << 20 });
    expect(() => backend.allocate(4 << 20, 'weights')).toThrow(OutOfMemoryError);
    expect(() => backend.allocate(4 << 20, 'weights')).toThrow(/'weights' wants 4.0 MiB/);
    const most = backend.device.limits.maxBufferSize!;
    expect(() => backend.allocate(most + 4, 'huge')).toThrow(BufferLimitError);
    expect(() => backend.allocate(most + 4, 'huge')).toThrow(/'huge'.*maxBufferSize/);
    const kernelLimits = { maxStorageBufferBindingSize: 2 ** 60 };
    await expect(create({ kernelLimits })).rejects.toThrow(/only lower ones can be asked for/);
    expect(backend.memory().buffers).toBe(0);
  });

  it('bindings too few or too small, ranges outside, parts of words, buffers released', async () => {
    const backend = await create();
    const program = backend.prepare(chain(5));
    const [a, b] = [backend.allocate(20, 'a'), backend.allocate(16, 'b')];
    await expect(backend.run(program, [a])).rejects.toThrow(/got 1 bindings, want 2/);
    await expect(backend.run(program, [a, b])).rejects.toThrow(/16 bytes \('b'\), want 20/);
    expect(() => backend.write(a, new Uint8Array(8), 16)).toThrow(/bytes 16 to 24 of 'a'/);
    expect(() => backend.write(a, new Uint8Array(2), 2)).toThrow(/whole words/);
    await expect(backend.read(b, 0, 17)).rejects.toThrow(/'b'/);
    backend.release(b);
    expect(() => backend.write(b, new Uint8Array(4))).toThrow(/released/);
    program.dispose();
    await expect(backend.run(program, [a, a])).rejects.toThrow(/disposed/);
  });

  it('a buffer of another device, wherever it is used, and one that may not be used so', async () => {
    const backend = await create();
    const other = (await create({ name: 'other' })).device.native as GPUDevice;
    const foreign = other.createBuffer({ size: 20, usage: 128 | 8 | 4 });
    const wrapped = backend.wrap(foreign, 20, 'activations');
    const out = backend.allocate(20, 'out');
    const uses = [
      backend.run(backend.prepare(chain(5)), [wrapped, out]),
      backend.read(wrapped, 0, 20), // not zeros
    ];
    for (const result of await Promise.allSettled(uses)) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: expect.any(ForeignBufferError),
      });
    }
    await expect(uses[0]).rejects.toThrow(/'activations' cannot .* backend's own device/s);
    const unreadable = other.createBuffer({ size: 20, usage: 128 | 8 });
    expect(() => backend.wrap(unreadable, 20, 'x')).toThrow(/'x': .* usage is 136; make it with/);
  });

  it('a buffer that the program has destroyed, rather than to give zeros', async () => {
    const backend = await create();
    const own = (backend.device.native as GPUDevice).createBuffer({ size: 20, usage: 128 | 8 | 4 });
    const wrapped = backend.wrap(own, 20, 'mine');
    const out = backend.allocate(20, 'out');
    own.destroy();
    await expect(backend.read(wrapped, 0, 20)).rejects.toThrow(KernelError);
    const refused = backend.run(backend.prepare(chain(5)), [wrapped, out]);
    await expect(refused).rejects.toThrow(/destroyed.*submitted: scale/s);
  });

  it('everything after its device was lost; what is in flight rejects with the loss', async () => {
    const backend = await create();
    const [a, b] = [backend.allocate(20, 'a'), backend.allocate(20, 'b')];
    const program = backend.prepare(chain(5));
    const run = backend.run(program, [a, b]); // its shaders are not there yet
    const read = backend.read(b, 0, 20);
    const settled = Promise.allSettled([run, read]);
    (backend.device.native as GPUDevice).destroy();
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(DeviceLostError) });
    }
    await expect(backend.run(program, [a, b])).rejects.toThrow(DeviceLostError);
    expect(() => backend.allocate(4, 'late')).toThrow(DeviceLostError);
    backend.release(a);
  });

  it('everything after it was disposed of, and leaves nothing on a device of the program', async () => {
    const shared = (await create()).device.native as GPUDevice;
    const made: GPUBuffer[] = [];
    const original = shared.createBuffer.bind(shared);
    Object.defineProperty(shared, 'createBuffer', {
      configurable: true,
      value: (descriptor: GPUBufferDescriptor) => made[made.push(original(descriptor)) - 1],
    });
    const backend = await createWebGpuBackend({ device: shared });
    const [a, b] = [backend.allocate(20, 'a'), backend.allocate(20, 'b')];
    backend.write(a, bytes([1, 1, 1, 1, 1]));
    await backend.run(backend.prepare(chain(5)), [a, b]);
    await backend.read(b, 0, 20);
    const destroyed = made.map((buffer) => vi.spyOn(buffer, 'destroy'));
    const pending = backend.read(b, 0, 20);
    await backend.dispose();
    await expect(pending).rejects.toThrow(/the backend was disposed of/);
    expect(() => backend.allocate(4, 'late')).toThrow(DeviceLostError);
    expect(made.length).toBeGreaterThan(4); // two, the temporaries, and one to read through
    await vi.waitFor(() => {
      expect(destroyed.map(({ mock }) => mock.calls.length > 0)).toEqual(made.map(() => true));
    });
  });

  it('nothing of one device when another is lost', async () => {
    const [one, two] = [await create({ name: 'one' }), await create({ name: 'two' })];
    await one.dispose();
    const [a, b] = [two.allocate(20, 'a'), two.allocate(20, 'b')];
    two.write(a, bytes([1, 1, 1, 1, 1]));
    await two.run(two.prepare(chain(5)), [a, b]);
    expect(floats(await two.read(b, 0, 4))).toEqual([24]);
    expect(two.name).toBe('two');
  });
});

describe('without a device', () => {
  it('options of the backend are checked before any adapter is asked for', async () => {
    const bad: [object, RegExp][] = [
      [{ name: '' }, /name must be a text/],
      [{ thread: 2 }, /unknown option thread/],
      [{ memoryLimit: 0 }, /memoryLimit must be .* above 0, got 0/],
      [{ memoryLimit: '64' }, /memoryLimit must be a number of bytes/],
      [{ kernelFeatures: 'subgroups' }, /kernelFeatures must be a list/],
      [{ debug: 'yes' }, /debug must be true or false, got "yes"/],
      [{ selfCheck: 1 }, /selfCheck must be true or false/],
      [{ onCompile: true }, /onCompile must be a function/],
    ];
    for (const [options, message] of bad) {
      await expect(createWebGpuBackend(options)).rejects.toThrow(message);
    }
  });
});
