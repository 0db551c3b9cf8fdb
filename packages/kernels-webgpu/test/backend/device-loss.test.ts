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
import { afterAll, expect, it } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { createWebGpuBackend, DeviceLostError, type WebGpuBackend } from '../../src/index.ts';

/** Least squares with momentum; the state is what a snapshot takes. */
function makeRun() {
  const [weight, velocity] = [new Variable(zeros([5])), new Variable(zeros([5]))];
  const step = compile((x: Tensor) => {
    const loss = x.matmul(weight).sub(x.sum(1)).square().mean();
    loss.backward();
    velocity.assign(velocity.mul(0.9).add(weight.grad!));
    weight.assign(weight.sub(velocity.mul(0.02)));
    weight.zeroGrad();
    return loss;
  });
  const batch = (number: number) =>
    tensor(Array.from({ length: 20 }, (_, i) => Math.sin(i + 20 * number))).reshape(4, 5);
  return {
    step: async (number: number) => (await step(batch(number))).item(),
    state: [weight, velocity],
  };
}

describeWebGpu('a lost device', () => {
  const backends: WebGpuBackend[] = [];
  registerDevice('webgpu', async () => {
    backends.push(await createWebGpuBackend());
    return new BackendDevice(backends.at(-1)!);
  });
  setDefaultDevice('webgpu');
  afterAll(async () => {
    for (const backend of backends) await backend.dispose();
  });

  it('rejects what is in flight; a new one goes on from values on the host, on the same curve', async () => {
    const uninterrupted = makeRun();
    const want: number[] = [];
    for (let number = 0; number < 12; number++) want.push(await uninterrupted.step(number));

    const run = makeRun();
    const got: number[] = [];
    for (let number = 0; number < 5; number++) got.push(await run.step(number));
    const snapshot = await Promise.all(run.state.map((variable) => variable.data()));
    for (let number = 5; number < 8; number++) await run.step(number);
    const inFlight = run.step(8);
    backends[0]!.device.destroy();
    await expect(inFlight).rejects.toThrow(DeviceLostError);
    expect(backends[0]!.lost).toBeInstanceOf(DeviceLostError);
    await expect(run.step(8)).rejects.toThrow('the value went with its device');

    run.state.forEach((variable, i) => {
      variable.assign(tensor(Array.from(snapshot[i] as Float32Array)));
    });
    for (let number = 5; number < 12; number++) got.push(await run.step(number));
    expect(got).toEqual(want);
    expect(backends).toHaveLength(2);
  });
});
