import {
  backward,
  compile,
  crossEntropy,
  Dropout,
  Generator,
  Linear,
  Module,
  manualSeed,
  type Tensor,
  tensor,
} from '@llm/nn';
import {
  AdamW,
  BucketBatches,
  encodeRunState,
  type FitOptions,
  fit,
  NonFiniteLossError,
  restoreRunState,
  Scheduler,
  type StepEvent,
  schedules,
} from '@llm/train';
import { describe, expect, it } from 'vitest';

/** Steps whose losses are given. */
function scripted(losses: readonly number[], extra: Partial<FitOptions<number>> = {}) {
  const events: StepEvent[] = [];
  const options: FitOptions<number> = {
    step: (loss) => ({ loss: tensor(loss) }),
    batches: losses,
    steps: losses.length,
    callbacks: [{ onStep: (event) => void events.push(event) }],
    ...extra,
  };
  return { events, result: fit(options) };
}

describe('fit', () => {
  it('reports every step in order, with speed and time left', async () => {
    let clock = 0;
    const { events, result } = scripted([3, 2, 1], {
      tokens: () => 100,
      now: () => {
        clock += 500;
        return clock;
      },
    });
    expect(await result).toMatchObject({ step: 3, loss: 1, reason: 'finished', tokens: 300 });
    expect(events.map(({ step, loss }) => [step, loss])).toEqual([
      [1, 3],
      [2, 2],
      [3, 1],
    ]);
    expect(events[1]).toMatchObject({
      tokensPerSecond: 200,
      elapsedSeconds: 1,
      remainingSeconds: 0.5,
    });
  });

  it('stops at a loss that is not finite, names the step, and ends callbacks', async () => {
    const ended: unknown[] = [];
    const callbacks = [{ onTrainEnd: (result: unknown) => void ended.push(result) }];
    const { result } = scripted([1, 2, Number.NaN, 4, 5], { callbacks });
    const error = await result.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NonFiniteLossError);
    expect(error).toMatchObject({ step: 3, loss: Number.NaN });
    expect((error as Error).message).toContain('the loss of step 3 is NaN');
    expect(ended).toEqual([undefined]);
  });

  it('ends after the step in which the signal comes', async () => {
    const controller = new AbortController();
    const { events, result } = scripted([5, 4, 3, 2, 1], {
      signal: controller.signal,
      step: (loss) => {
        if (loss === 3) controller.abort();
        return { loss: tensor(loss) };
      },
    });
    expect(await result).toMatchObject({ step: 3, loss: 3, reason: 'interrupted' });
    expect(events).toHaveLength(3);
  });

  it('does nothing if the signal is set or all steps are done', async () => {
    const signal = AbortSignal.abort();
    expect(await scripted([1], { signal }).result).toMatchObject({
      step: 0,
      reason: 'interrupted',
    });
    expect(await scripted([1], { startStep: 1 }).result).toMatchObject({
      step: 1,
      reason: 'finished',
    });
  });

  it('says when there are too few batches', async () => {
    expect(await scripted([2, 1], { steps: 9 }).result).toMatchObject({
      step: 2,
      reason: 'exhausted',
    });
  });

  it('ends when a callback wants to stop', async () => {
    const callbacks = [
      { onStep: ({ loss }: StepEvent) => (loss < 3 ? ('stop' as const) : undefined) },
    ];
    const { result } = scripted([4, 3, 2, 1, 0, 0], { callbacks });
    expect((await result).reason).toBe('interrupted');
  });

  it('saves between steps, with all before reported', async () => {
    const seen: string[] = [];
    await scripted([1, 2, 3, 4, 5], {
      step: (loss) => {
        seen.push(`submit ${loss}`);
        return { loss: tensor(loss) };
      },
      callbacks: [{ onStep: ({ step }) => void seen.push(`step ${step}`) }],
      checkpoint: { every: 2, save: (step) => void seen.push(`save ${step}`) },
    }).result;
    expect(seen.join(', ')).toBe(
      'submit 1, submit 2, step 1, step 2, save 2, submit 3, submit 4, step 3, step 4, save 4, submit 5, step 5',
    );
  });

  it('refuses unknown options', async () => {
    await expect(scripted([1], { epochs: 3 } as object).result).rejects.toThrow("'epochs'");
  });
});

/** A classifier of the sum of its inputs, with dropout, trained by a compiled step. */
class Classifier extends Module {
  readonly hidden = new Linear(4, 16);
  readonly dropout = new Dropout(0.1);
  readonly output = new Linear(16, 2);
  forward(x: Tensor): Tensor {
    return this.output.forward(this.dropout.forward(this.hidden.forward(x).relu()));
  }
}

function makeRun() {
  const generator = manualSeed(5);
  const model = new Classifier();
  const optimizer = new AdamW(model.parameters(), { lr: 0.02, max_grad_norm: 1 });
  const schedule = schedules.cosine({ num_warmup_steps: 5, num_training_steps: 40 });
  const scheduler = new Scheduler(optimizer, schedule);
  const source = new Generator(9);
  const examples = Array.from({ length: 64 }, (_, i) =>
    [1, 2, 3, 4].map((k) => Math.sin(i * k + k)),
  );
  const batches = new BucketBatches(examples, { length: () => 1, buckets: [1], tokens: 16 });
  const train = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = crossEntropy(model.forward(x), y);
    backward(loss);
    optimizer.step();
    return { loss };
  });
  const step = ({ examples: rows }: { examples: readonly number[][] }) =>
    train(
      tensor(rows),
      tensor(Int32Array.from(rows, (row) => Number(row.reduce((a, b) => a + b) > 0))),
    );
  return { model, optimizer, scheduler, generator, source, batches, train, step };
}

describe('a compiled run', () => {
  it('learns, without a new trace when the rate changes', async () => {
    const { step, batches, scheduler, optimizer, train } = makeRun();
    const losses: number[] = [];
    const rates: number[] = [];
    await fit({
      step,
      batches: batches.forever(),
      steps: 40,
      scheduler,
      optimizer,
      callbacks: [
        {
          onStep: ({ loss, learningRate }) => {
            losses.push(loss);
            rates.push(learningRate!);
          },
        },
      ],
    });
    const mean = (list: number[]) => list.reduce((a, b) => a + b) / list.length;
    expect(mean(losses.slice(-4))).toBeLessThan(0.6 * mean(losses.slice(0, 4)));
    expect(new Set(rates).size).toBeGreaterThan(20);
    expect(train.traces).toBe(1);
  });

  it('stopped and resumed equals a run that went through, bit by bit', async () => {
    const whole = makeRun();
    await fit({ ...pick(whole), steps: 12 });
    const first = makeRun();
    await fit({ ...pick(first), steps: 5 });
    const files = await encodeRunState(first, 5);
    const weights = first.model.stateDict();
    const second = makeRun();
    second.model.loadStateDict(weights);
    const startStep = await restoreRunState(second, async (name) => toBytes(files[name]!));
    await fit({ ...pick(second), steps: 12, startStep });
    for (const [name, parameter] of whole.model.namedParameters()) {
      const resumed = second.model.stateDict()[name]!;
      expect(await resumed.data(), name).toEqual(await parameter.data());
    }
  });

  it('does not restore what a state lacks', async () => {
    const { optimizer, scheduler } = makeRun();
    const files = await encodeRunState({ optimizer }, 3);
    const read = async (name: string) => toBytes(files[name]!);
    await expect(restoreRunState({ optimizer, scheduler }, read)).rejects.toThrow(
      'trainer_state.json lacks the state of the scheduler',
    );
  });
});

function pick({ step, batches, scheduler }: ReturnType<typeof makeRun>) {
  return { step, batches: batches.forever(), scheduler };
}

function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
