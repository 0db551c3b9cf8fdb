import { createWebGpuBackend, type WebGpuBackend } from '@llm/kernels-webgpu';
import { BackendDevice, registerDevice, setDefaultDevice } from '@llm/nn';
import { Dataset, Trainer, type TrainerCallback, type TrainingArguments } from '@llm/train';
import { afterAll, expect, it, vi } from 'vitest';
import { sized } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { newClassifier, points, weights } from './support.ts';

/** What a run of 12 updates, each of two batches, comes to: dropout, evaluations and logs included. */
async function outcomeOf(callback: TrainerCallback, args: Partial<TrainingArguments> = {}) {
  const model = newClassifier(0.3);
  const trainer = new Trainer({
    model,
    train_dataset: Dataset.from(points(64)),
    eval_dataset: Dataset.from(points(16, 2)),
    args: {
      learning_rate: 0.02,
      gradient_accumulation_steps: 2,
      save_strategy: 'no',
      eval_strategy: 'steps',
      disable_tqdm: true,
      logging_steps: 2,
      snapshot_seconds: 0,
      ...args,
    },
    callbacks: [callback],
  });
  const { global_step, training_loss } = await trainer.train();
  const history = trainer.state.log_history.map((entry) =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => !/runtime|second/.test(name))),
  );
  return { global_step, training_loss, history, weights: await weights(model) };
}

describeWebGpu('Trainer on a device that is lost', () => {
  const backends: WebGpuBackend[] = [];
  registerDevice('webgpu', async () => {
    backends.push(await createWebGpuBackend());
    return new BackendDevice(backends.at(-1)!);
  });
  setDefaultDevice('webgpu');
  const warn = vi.spyOn(console, 'warn');
  afterAll(async () => {
    for (const backend of backends) await backend.dispose();
  });

  it('comes to the same weights, losses and logs as a run that nothing happened to', async () => {
    const whole = await outcomeOf({});
    expect(whole.global_step).toBe(12);

    const losses = [
      ['on_substep_end', 6, 0], // between the batches of an update
      ['on_prediction_step', 5, 0], // in an evaluation
      ['on_epoch_end', 2, 1000], // back to the start
    ] as const;
    for (const [event, nth, snapshot_seconds] of losses.slice(0, sized(1, 3))) {
      warn.mockReset().mockReturnValue();
      let calls = 0;
      let rolledBackTo: number | undefined;
      const outcome = await outcomeOf(
        {
          [event]: () => {
            if (++calls === nth) backends.at(-1)!.device.destroy();
          },
          on_roll_back: (_, { global_step }) => {
            rolledBackTo = global_step;
          },
        },
        { snapshot_seconds },
      );
      expect(outcome, event).toEqual(whole);
      expect(warn, event).toHaveBeenCalledTimes(1);
      expect(warn.mock.calls[0]![0]).toContain(`going on from step ${rolledBackTo}`);
      expect(rolledBackTo! > 0, event).toBe(snapshot_seconds === 0);
    }
  });

  it('ends with the loss where snapshots are switched off', async () => {
    const lose = () => backends.at(-1)!.device.destroy();
    await expect(outcomeOf({ on_substep_end: lose }, { snapshot_seconds: null })).rejects.toThrow(
      'the value went with its device',
    );
  });
});
