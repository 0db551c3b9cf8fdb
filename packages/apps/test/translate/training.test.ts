import { type TranslationSettings, TranslationTraining } from '@llm/apps';
import { Tensor, tensor } from '@llm/nn';
import { NonFiniteLossError } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { tinySettings, tinyTask } from './tiny.ts';

const task = await tinyTask();
const train = (settings: Partial<TranslationSettings> = {}) =>
  new TranslationTraining({ ...tinySettings, ...settings }, task);

/** All weights of a training, by name. */
async function weights({ model }: TranslationTraining): Promise<Record<string, number[]>> {
  const entries = Object.entries(model.stateDict()).map(
    async ([name, value]) => [name, Array.from(await value.data())] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** A signal that stops a run after the report of a step. */
function stopAt(step: number) {
  const controller = new AbortController();
  const callback = {
    onStep: (event: { readonly step: number }) => {
      if (event.step === step) controller.abort();
    },
  };
  return { signal: controller.signal, callbacks: [callback] };
}

const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('TranslationTraining', () => {
  it('lowers the loss', async () => {
    const training = train({ epochs: 10 });
    const { reason, step } = await training.run();
    expect([reason, step]).toEqual(['finished', training.steps]);
    const { losses } = training;
    expect(losses).toHaveLength(training.steps);
    expect(mean(losses.slice(-5))).toBeLessThan(0.7 * mean(losses.slice(0, 5)));
  });

  it('stops on a signal and goes on from its state with the same bits', async () => {
    const whole = train();
    await whole.run();

    const stopped = train();
    const { reason, step } = await stopped.run(stopAt(3));
    expect(reason).toBe('interrupted');
    expect(step).toBeLessThan(stopped.steps);
    expect(stopped.step).toBe(step);
    const files = await stopped.state();

    const resumed = train();
    const read = async (name: string) => {
      const file = files[name]!;
      return typeof file === 'string' ? new TextEncoder().encode(file) : file;
    };
    expect(await resumed.resume(read)).toBe(step);
    expect(resumed.losses).toEqual(stopped.losses);
    await resumed.run();
    expect(resumed.losses).toEqual(whole.losses);
    expect(await weights(resumed)).toEqual(await weights(whole));

    const other = train({ learningRate: 1e-4 });
    const before = await weights(other);
    expect(await other.resume(read)).toBeUndefined();
    expect(await weights(other)).toEqual(before);
    expect(other.step).toBe(0);
  });

  it('reports the ends of passes, when the state is whole', async () => {
    const training = train({ epochs: 2 });
    const steps: number[] = [];
    await training.run({
      onEpochEnd: async (step) => {
        expect(training.step).toBe(step);
        steps.push(step);
      },
    });
    expect(steps).toEqual([training.steps / 2, training.steps]);
  });

  it('stops at a loss that is no number, and keeps the weights of the step before', async () => {
    const training = train();
    const weight = new Map(training.model.namedParameters()).get('model.shared.weight')!;
    await training.run(stopAt(1));
    const broken = Tensor.prototype.mul.call(weight, tensor(Number.NaN));
    weight.assign(broken);
    const others = async () => {
      const { 'model.shared.weight': _, ...rest } = await weights(training);
      return rest;
    };
    const before = await others();
    const error = await training.run().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    const origin = await training.firstNonFinite((error as NonFiniteLossError).step);
    expect(origin).toMatchObject({ value: Number.NaN, shape: weight.shape });
    expect(await others()).toEqual(before);
  });
});
