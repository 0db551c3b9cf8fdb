import { createWebGpuBackend, DeviceLostError, type WebGpuBackend } from '@llm/kernels-webgpu';
import {
  BackendDevice,
  backward,
  compile,
  crossEntropy,
  manualSeed,
  registerDevice,
  setDefaultDevice,
  type Tensor,
  tensor,
} from '@llm/nn';
import { AdamW, BucketBatches, fit, Scheduler, type StepEvent, schedules } from '@llm/train';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { newClassifier, points, weights } from '../trainer/support.ts';

const steps = 12;

/** A classifier with dropout, and all that its run consists of. */
function newRun() {
  const model = newClassifier(0.3);
  const generator = manualSeed(7);
  const optimizer = new AdamW(model.parameters(), { lr: 0.02, max_grad_norm: 1 });
  const schedule = schedules.linear({ num_warmup_steps: 3, num_training_steps: steps });
  const scheduler = new Scheduler(optimizer, schedule);
  const batches = new BucketBatches(points(40), { length: () => 1, buckets: [1], tokens: 8 });
  const train = compile((x: Tensor, classes: Tensor) => {
    const loss = crossEntropy(model.forward({ points: x }).logits, classes);
    backward(loss);
    optimizer.step();
    optimizer.zeroGrad();
    return { loss };
  });
  const events: StepEvent[] = [];
  const rolledBackTo: number[] = [];
  return {
    model,
    events,
    rolledBackTo,
    options: {
      step: ({ examples }: { examples: readonly ReturnType<typeof points>[number][] }) =>
        train(
          tensor(examples.map((example) => example.points)),
          tensor(Int32Array.from(examples, ({ label }) => label)),
        ),
      batches: batches.forever(),
      steps,
      scheduler,
      optimizer,
      tokens: () => 8,
      callbacks: [
        {
          onStep: (event: StepEvent) => void events.push(event),
          onRollBack: ({ step }: { step: number }) => void rolledBackTo.push(step),
        },
      ],
      snapshot: { model, optimizer, scheduler, generator, batches, snapshot_seconds: 0 },
    },
  };
}

describeWebGpu('fit on a device that is lost', () => {
  const backends: WebGpuBackend[] = [];
  const lose = () => backends.at(-1)!.device.destroy();
  registerDevice('webgpu', async () => {
    backends.push(await createWebGpuBackend());
    return new BackendDevice(backends.at(-1)!);
  });
  setDefaultDevice('webgpu');
  const warn = vi.spyOn(console, 'warn');
  beforeEach(() => void warn.mockReset());
  afterEach(() => void warn.mockClear());
  afterAll(async () => {
    for (const backend of backends) await backend.dispose();
  });

  describe('goes back to the last snapshot, and to the same weights', () => {
    it.each([
      ['while a step is under way', 0],
      ['with the first snapshot alone', 1000],
    ])('%s', async (_, seconds) => {
      const whole = newRun();
      const want = await fit(whole.options);
      const wanted = await weights(whole.model);

      const run = newRun();
      let calls = 0;
      const result = await fit({
        ...run.options,
        snapshot: { ...run.options.snapshot, snapshot_seconds: seconds },
        step: (batch) => {
          calls++;
          const output = run.options.step(batch);
          if (calls === 7) lose();
          return output;
        },
      });
      expect(await weights(run.model)).toEqual(wanted);
      expect(result).toMatchObject({ step: steps, loss: want.loss, tokens: want.tokens });
      // A step that is done again gives the loss that it gave.
      const losses = new Map(whole.events.map(({ step, loss }) => [step, loss]));
      for (const { step, loss } of run.events)
        expect([step, loss]).toEqual([step, losses.get(step)]);
      expect(new Set(run.events.map(({ step }) => step)).size).toBe(steps);
      expect(run.rolledBackTo).toHaveLength(1);
      if (seconds > 0) expect(run.rolledBackTo).toEqual([0]);
      else expect(run.rolledBackTo[0]).toBeGreaterThan(0);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]![0]).toMatch(
        /^training: WebGPU: device lost .* going on from step \d+$/,
      );
    });
  });

  it('gives up after three losses without a new step', async () => {
    const run = newRun();
    let calls = 0;
    const ended = fit({
      ...run.options,
      step: (batch) => {
        if (++calls > 3) lose();
        return run.options.step(batch);
      },
    });
    await expect(ended).rejects.toThrow(DeviceLostError);
    expect(run.rolledBackTo).toHaveLength(2);
  });

  it('ends with the loss where nothing is kept', async () => {
    const { options } = newRun();
    const { snapshot: _, ...rest } = options;
    const ended = fit({
      ...rest,
      step: (batch) => {
        lose();
        return options.step(batch);
      },
    });
    await expect(ended).rejects.toThrow(DeviceLostError);
  });
});
