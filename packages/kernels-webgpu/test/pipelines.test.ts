import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWebGpu } from '../../../tools/testing/webgpu.ts';
import { requestDevice, ShaderError, type WebGpuDevice } from '../src/index.ts';
import type { Kernel } from '../src/kernel.ts';
import { PipelineCache, sourceOf } from '../src/pipelines.ts';

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
