import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWebGpu } from '../../../tools/testing/webgpu.ts';
import { requestDevice, ShaderError, type WebGpuDevice } from '../src/index.ts';
import type { Kernel } from '../src/kernel.ts';
import { type CompileProgress, PipelineCache, sourceOf } from '../src/pipelines.ts';

const kernel = (body: string): Kernel => ({
  name: 'sample',
  bindings: [{ name: 'out0', type: 'array<f32>', access: 'write' }],
  code: `@compute @workgroup_size(1)\nfn main() {\n  ${body}\n}`,
  workgroups: [1, 1, 1],
});

describeWebGpu('pipelines', () => {
  let device: WebGpuDevice;
  beforeAll(async () => {
    device = await requestDevice();
  });
  afterAll(() => device.destroy());

  it('compiles equal shaders once, whatever their names', async () => {
    const cache = new PipelineCache(device.native as GPUDevice, undefined);
    const one = cache.get(kernel('out0[0] = 1.0;'));
    const same = cache.get({ ...kernel('out0[0] = 1.0;'), name: 'other' });
    const other = cache.get(kernel('out0[0] = 2.0;'));
    await Promise.all([one.ready, other.ready]);
    expect(same).toBe(one);
    expect(cache.created).toBe(2);
    expect(one.pipeline).toBeDefined();
  });

  it('names the kernel and the line of WGSL that does not compile, and tries again', async () => {
    const cache = new PipelineCache(device.native as GPUDevice, undefined);
    const broken = kernel('out0[0] = unknown_name;');
    const line =
      sourceOf(broken)
        .split('\n')
        .findIndex((text) => text.includes('unknown_name')) + 1;
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await cache.get(broken).ready.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ShaderError);
      expect(error).toMatchObject({ kernel: 'sample', line });
      expect(String(error)).toMatch(/kernel 'sample' does not compile: .*unknown_name/);
    }
  });
});

describe('progress of compilation', () => {
  afterEach(() => vi.useRealTimers());

  /** A device whose shaders are compiled when the test says so. */
  function slowDevice() {
    const finish: (() => void)[] = [];
    const device = {
      pushErrorScope() {},
      popErrorScope: async () => null,
      createShaderModule: () => ({}),
      createBindGroupLayout: () => ({}),
      createPipelineLayout: () => ({}),
      createComputePipelineAsync: () => new Promise((resolve) => finish.push(() => resolve({}))),
    };
    return { device: device as unknown as GPUDevice, finish };
  }

  it('is told after a second, from then on with each shader, and anew the next time', async () => {
    vi.useFakeTimers();
    const { device, finish } = slowDevice();
    const told: CompileProgress[] = [];
    const cache = new PipelineCache(device, (progress) => told.push(progress));
    const compile = (...bodies: string[]) => bodies.map((body) => cache.get(kernel(body)).ready);

    const quick = compile('a', 'b');
    for (const each of finish.splice(0)) each();
    await Promise.all(quick);
    await vi.advanceTimersByTimeAsync(2000);
    expect(told).toEqual([]);

    const slow = compile('c', 'd', 'e');
    finish.shift()!();
    await vi.advanceTimersByTimeAsync(999);
    expect(told).toEqual([]);
    // Also while nothing is done: a single shader may take long.
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual([{ done: 1, total: 3 }]);
    for (const each of finish.splice(0)) each();
    await Promise.all(slow);
    expect(told.slice(1)).toEqual([
      { done: 2, total: 3 },
      { done: 3, total: 3 },
    ]);

    const next = compile('f');
    finish.shift()!();
    await Promise.all(next);
    expect(told).toHaveLength(3);
  });
});
