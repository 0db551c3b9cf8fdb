import { readFileSync } from 'node:fs';
import { tensor, Variable } from '@llm/nn';
import {
  type PlateauOptions,
  ReduceLROnPlateau,
  type Schedule,
  Scheduler,
  SGD,
  schedules,
} from '@llm/train';
import { describe, expect, it } from 'vitest';

/** What tools/reference/train_schedules.py wrote. */
const rows = JSON.parse(
  readFileSync(new URL('../fixtures/schedules.json', import.meta.url), 'utf8'),
) as {
  name: keyof typeof schedules;
  options: Record<string, number>;
  learningRate: number;
  factors: number[];
}[];

describe('schedules equal those of Hugging Face', () => {
  it.each(rows.map((row) => [row.name, JSON.stringify(row.options), row] as const))(
    '%s %s',
    (name, _, { options, learningRate, factors }) => {
      const make = schedules[name] as (options?: object) => Schedule;
      const needsRate = name === 'polynomial';
      const schedule = make(needsRate ? { ...options, lr: learningRate } : options);
      factors.forEach((factor, step) => {
        expect(Math.abs(schedule(step) - factor), `step ${step}`).toBeLessThan(1e-12);
      });
    },
  );

  it('start at 0 with warm-up, and at 1 without', () => {
    expect(schedules.linear({ num_warmup_steps: 2, num_training_steps: 4 })(0)).toBe(0);
    expect(schedules.linear({ num_warmup_steps: 0, num_training_steps: 4 })(0)).toBe(1);
  });

  it('refuse unknown options and negative steps', () => {
    expect(() => schedules.constantWithWarmup({ warmup: 3 } as never)).toThrow(
      "unknown option 'warmup'",
    );
    expect(() => schedules.constantWithWarmup({ num_warmup_steps: -1 })).toThrow('got -1');
  });
});

describe('Scheduler', () => {
  it('sets the rate of each group, and continues from a step', () => {
    const parameters = [1, 2].map((value) => new Variable(tensor(value)));
    const optimizer = new SGD(
      parameters.map((parameter, i) => ({ parameters: [parameter], lr: i + 1 })),
    );
    const schedule = schedules.linear({ num_warmup_steps: 2, num_training_steps: 4 });
    const scheduler = new Scheduler(optimizer, schedule);
    const rates = () => optimizer.groups.map(({ lr }) => lr);
    expect(rates()).toEqual([0, 0]);
    scheduler.step();
    expect(rates()).toEqual([0.5, 1]);
    scheduler.steps = 3;
    expect(rates()).toEqual([0.5, 1]);
    scheduler.step();
    expect(rates()).toEqual([0, 0]);
  });
});

describe('ReduceLROnPlateau', () => {
  const cases = JSON.parse(
    readFileSync(new URL('../fixtures/plateaus.json', import.meta.url), 'utf8'),
  ) as { options: PlateauOptions; learningRate: number; metrics: number[]; rates: number[] }[];
  const make = (lr: number) => new SGD([new Variable(tensor(0))], { lr });

  it.each(cases)('sets the rates of PyTorch, $options', ({ options, learningRate, ...row }) => {
    const optimizer = make(learningRate);
    const plateau = new ReduceLROnPlateau(optimizer, options);
    row.metrics.forEach((metric, index) => {
      plateau.step(metric);
      expect(optimizer.groups[0]!.lr).toBeCloseTo(row.rates[index]!, 15);
    });
    expect(row.rates.at(-1)).not.toBe(learningRate);
  });

  it('goes on from its state', () => {
    const [{ options, learningRate, metrics, rates }] = cases.slice(1) as [(typeof cases)[0]];
    const first = new ReduceLROnPlateau(make(learningRate), options);
    for (const metric of metrics.slice(0, 11)) first.step(metric);
    const optimizer = make(learningRate);
    const second = new ReduceLROnPlateau(optimizer, options);
    second.loadStateDict(JSON.parse(JSON.stringify(first.stateDict())));
    for (const metric of metrics.slice(11)) second.step(metric);
    expect(optimizer.groups[0]!.lr).toBeCloseTo(rates.at(-1)!, 15);
  });

  it('refuses what it cannot use', () => {
    expect(() => new ReduceLROnPlateau(make(1), { factor: 1 })).toThrow('factor must be below 1');
    expect(() => new ReduceLROnPlateau(make(1)).step(Number.NaN)).toThrow('metric is NaN');
    const plateau = new ReduceLROnPlateau(make(1));
    expect(() => plateau.loadStateDict({ best: 1 } as never)).toThrow('rates');
  });
});
