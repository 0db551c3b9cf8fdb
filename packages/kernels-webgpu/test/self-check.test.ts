import type { Kernel, LoopKernel } from '@llm/tensor/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full } from '../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../tools/testing/webgpu.ts';
import {
  createWebGpuBackend,
  requestDevice,
  SelfCheckError,
  type WebGpuDevice,
} from '../src/index.ts';
import type { KernelPlan, Target } from '../src/kernel.ts';
import { PipelineCache } from '../src/pipelines.ts';
import { printKernel } from '../src/print/print.ts';
import { problems } from '../src/self-check/problems.ts';
import { runProblem } from '../src/self-check/run-problem.ts';
import { SelfCheck } from '../src/self-check/self-check.ts';
import { KernelRunner } from './print/device.ts';

/** Those whose shaders a software driver compiles in a second. */
const quick = ['rows', 'scatterAdd', 'sort'];
const names = full ? Object.keys(problems) : quick;

describeWebGpu('self-check', () => {
  let device: WebGpuDevice;
  let pipelines: PipelineCache;
  const targetOf = (subgroupSizes?: Target['subgroupSizes']): Target => ({
    features: new Set(),
    limits: device.limits,
    subgroupSizes,
  });

  beforeAll(async () => {
    device = await requestDevice();
    pipelines = new PipelineCache(device.native as GPUDevice, undefined);
  });
  afterAll(() => device.destroy());

  // Without sizes of subgroups an adapter counts as a GPU.
  describe.each([
    ['a GPU', undefined],
    ['a CPU', [8, 8] as const],
  ])('kernels for %s', (_, subgroupSizes) => {
    it.each(names)(
      '%s: right numbers pass, others are told',
      { timeout: 300_000 },
      async (name) => {
        const target = targetOf(subgroupSizes);
        for (const problem of problems[name]!()) {
          const plan = printKernel(problem.kernel, target);
          await runProblem(problem, plan, pipelines, 'here');
          const [first, ...others] = problem.expected;
          const last = first!.length - 1;
          const expected = [first!.with(last, first![last]! + 1), ...others];
          const run = runProblem({ ...problem, expected }, plan, pipelines, 'here');
          await expect(run).rejects.toMatchObject({ name: 'SelfCheckError', wrong: { at: last } });
        }
      },
    );
  });

  it('names the adapter, the kernel and what to do where a shader is wrong', async () => {
    const miscompiled = (kernel: Kernel): KernelPlan => {
      const { steps, ...plan } = printKernel(kernel, targetOf());
      const changed = steps.map(({ kernel, args }) => ({
        kernel: { ...kernel, code: kernel.code.replaceAll('max(', 'min(') },
        args,
      }));
      return { ...plan, steps: changed };
    };
    const { kernel } = problems.rows!()[0]!;
    const check = new SelfCheck(device.adapter, 'miscompiled', miscompiled, pipelines);
    const error = await check.before([kernel])!.catch((error: Error) => error);
    expect(error).toBeInstanceOf(SelfCheckError);
    const { description } = device.adapter;
    expect((error as Error).message).toMatch(
      /rows computes wrongly on .+: element \d+ is [-\w.]+, want -?\d+; update the driver, .*device 'wasm'/,
    );
    expect((error as Error).message).toContain(description);
    // It is not taken for checked.
    await expect(check.before([kernel])).rejects.toThrow(SelfCheckError);
  });

  it('comes before a template is used, once a process', async () => {
    const { kernel, contents, expected } = problems.rows!()[0]!;
    const made = async (selfCheck: boolean) => {
      const runner = await KernelRunner.create({ selfCheck, debug: false, kernelFeatures: [] });
      const bytes = contents.map((words) => new Uint8Array(words.slice().buffer));
      const [, below] = await runner.run(kernel as LoopKernel, bytes);
      expect(new Float32Array(below!.buffer)).toEqual(expected[0]);
      const { pipelines } = runner.backend.created();
      await runner.backend.dispose();
      return pipelines;
    };
    const without = await made(false);
    expect(await made(true)).toBeGreaterThan(without);
    expect(await made(true)).toBe(without);
  });

  it('is off where one wishes', async () => {
    const backend = await createWebGpuBackend({ selfCheck: false });
    await backend.dispose();
  });
});
