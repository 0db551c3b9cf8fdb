import {
  BackendDevice,
  compile,
  registerDevice,
  setDefaultDevice,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from '@llm/tensor';
import { runners, stateCases, trainWithoutDispose, watchBuffers } from '@llm/tensor/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { full, sized } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, type WebGpuBackend } from '../../src/index.ts';

/** Makes a variable and a compiled step, uses them once, and disposes of everything. */
async function useOnce(turn: number): Promise<void> {
  const weight = new Variable(tensor([turn, 1, 2, 3]));
  const step = compile((x: Tensor) => {
    const loss = weight.mul(x).square().sum();
    loss.backward();
    weight.assign(weight.sub(weight.grad!.mul(0.25)));
    weight.zeroGrad();
    return loss;
  });
  const x = tensor([1, 0, 1, 0]);
  const loss = await step(x);
  expect(await loss.item()).toBe(turn ** 2 + 4);
  expect(await weight.toArray()).toEqual([turn / 2, 1, 1, 3]);
  for (const each of [loss, x, weight]) each.dispose();
  step.dispose();
}

describeWebGpu('state', () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await createWebGpuBackend({ debug: true });
    registerDevice('webgpu', async () => new BackendDevice(backend));
    setDefaultDevice('webgpu');
  });
  afterAll(() => backend.dispose());

  describe.each(Object.entries(runners))('%s', (_name, runner) => {
    it.each(stateCases)('$name', (test) => test.run(runner));
  });

  it('a hundred compiled steps make no buffer and no shader after the first ones', async () => {
    const weight = new Variable(zeros([37]));
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = x.matmul(weight).sub(y).square().mean();
      loss.backward();
      weight.assign(weight.sub(weight.grad!.mul(0.05)));
      weight.zeroGrad();
      return loss;
    });
    const x = tensor(Array.from({ length: 8 * 37 }, (_, i) => Math.sin(i))).reshape(8, 37);
    const y = tensor(Array.from({ length: 8 }, (_, i) => i - 4));
    const losses: number[] = [];
    const counts: { buffers: number; pipelines: number; held: number }[] = [];
    for (let turn = 0; turn < sized(100, 2000); turn++) {
      const loss = await step(x, y);
      losses.push(await loss.item());
      loss.dispose();
      counts.push({ ...backend.created(), held: backend.memory().buffers });
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 3);
    const [early, late] = [counts[3]!, counts.at(-1)!];
    expect({ ...late, held: 0 }).toEqual({ ...early, held: 0 });
    // Fewer where the collector finds buffers of the tests before meanwhile.
    expect(late.held).toBeLessThanOrEqual(early.held);
  });

  it('what is made, used and disposed of again and again leaves nothing', async () => {
    const buffers = watchBuffers();
    await buffers.before();
    for (let turn = 0; turn < sized(50, 500); turn++) await useOnce(turn);
    await buffers.after();
  });

  // How many buffers wait for the collector meanwhile is the engine's choice, so it is the end that counts.
  it.runIf(full)('two thousand steps without dispose leave nothing', async () => {
    const buffers = watchBuffers();
    await buffers.before();
    const { loss } = await trainWithoutDispose(backend, 2000, () => {});
    expect(loss).toBeLessThan(1e-6);
    await buffers.after();
  });
});
