import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setDefaultDevice } from '@llm/nn';
import { Dataset, type SearchOptions, Trainer, type TrainingArguments } from '@llm/train';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Classifier, newClassifier, points } from './support.ts';

setDefaultDevice('wasm');
let output_dir: string;
beforeEach(async () => {
  output_dir = await mkdtemp(join(tmpdir(), 'llm-search-'));
  vi.spyOn(console, 'info').mockReturnValue();
});
afterEach(() => rm(output_dir, { recursive: true }));

function trainerOf(args: Partial<TrainingArguments> = {}): Trainer<Classifier> {
  return new Trainer({
    model: newClassifier(),
    train_dataset: Dataset.from(points(64)),
    eval_dataset: points(32, 2),
    args: { num_train_epochs: 2, save_strategy: 'no', disable_tqdm: true, ...args },
  });
}

function search(more: Partial<SearchOptions<Classifier>> = {}) {
  const model_init = () => new Classifier(0.1);
  return trainerOf().hyperparameter_search({ model_init, n_trials: 4, ...more });
}

const rates = { learning_rate: { choice: [1e-5, 3e-2, 1e-4] } };

describe('hyperparameter_search', () => {
  it('draws the same trials for the same seed, and tells the best', async () => {
    // Short trials are as good here, and only the rate is no reason to compile anew.
    const hp_space = {
      learning_rate: { uniform: [1e-4, 3e-2] },
      seed: { integer: [1, 3] },
      max_steps: { choice: [2] },
    } as const;
    const [first, second] = [await search({ hp_space }), await search({ hp_space })];
    const plain = ({ trials }: typeof first) =>
      trials.map(({ run_id, hyperparameters, objective }) => [run_id, hyperparameters, objective]);
    expect(plain(first)).toEqual(plain(second));
    expect(first.trials).toHaveLength(4);
    const objectives = first.trials.map(({ objective }) => objective!);
    expect(objectives).toEqual([...objectives].sort((a, b) => a - b));
    expect(first.best_run).toBe(first.trials[0]);
    expect(first.best_run.metrics.eval_loss).toBe(first.best_run.objective);
    for (const { hyperparameters } of first.trials) {
      expect(hyperparameters.learning_rate).toBeGreaterThanOrEqual(1e-4);
      expect(hyperparameters.learning_rate).toBeLessThanOrEqual(3e-2);
      expect([1, 2, 3]).toContain(hyperparameters.seed);
    }
    const other = await search({ hp_space, seed: 1 });
    expect(plain(other)).not.toEqual(plain(first));
  });

  it('takes every combination of a grid', async () => {
    const hp_space = { ...rates, max_steps: { integer: [1, 2] } } as const;
    const { trials } = await trainerOf().hyperparameter_search({
      model_init: () => new Classifier(0.1),
      hp_space,
      method: 'grid',
      direction: 'maximize',
    });
    const pairs = trials.map(({ hyperparameters: { learning_rate, max_steps } }) => [
      learning_rate,
      max_steps,
    ]);
    expect(pairs).toHaveLength(6);
    expect(pairs).toEqual(
      expect.arrayContaining([
        [1e-5, 1],
        [1e-5, 2],
        [3e-2, 1],
        [3e-2, 2],
        [1e-4, 1],
        [1e-4, 2],
      ]),
    );
    const objectives = trials.map(({ objective }) => objective!);
    expect(objectives).toEqual([...objectives].sort((x, y) => y - x));
    await expect(search({ hp_space, method: 'grid' })).rejects.toThrow(/leave n_trials out/);
    const wide = { learning_rate: { uniform: [0, 1] } } as const;
    await expect(
      trainerOf().hyperparameter_search({
        model_init: () => newClassifier(),
        hp_space: wide,
        method: 'grid',
      }),
    ).rejects.toThrow(/a grid wants lists/);
  });

  it('halving trains all a little and the best to the end, as without a stop', async () => {
    const hp_space = { learning_rate: { log_uniform: [1e-6, 3e-2] } } as const;
    const { best_run, trials } = await search({
      hp_space,
      method: 'halving',
      n_trials: 9,
      output_dir,
    });
    expect(trials.map(({ share }) => share)).toEqual([
      1,
      1 / 3,
      1 / 3,
      ...new Array(6).fill(1 / 9),
    ]);
    expect(new Set(trials.map(({ run_id }) => run_id)).size).toBe(9);
    const alone = await search({
      hp_space: { learning_rate: { choice: [best_run.hyperparameters.learning_rate!] } },
      n_trials: 1,
    });
    expect(alone.best_run.objective).toBe(best_run.objective);
  });

  it('goes on with a search that was stopped', async () => {
    const options = { hp_space: rates, output_dir };
    const whole = await search({ hp_space: rates });
    let calls = 0;
    const model_init = () => {
      if (++calls === 3) throw new Error('killed');
      return new Classifier(0.1);
    };
    await expect(search({ ...options, model_init })).rejects.toThrow('killed');
    const file = join(output_dir, 'trials.jsonl');
    await writeFile(file, `${await readFile(file, 'utf8')}{"run_id": 2, "obj`); // killed while writing
    calls = 100;
    const rest = await search({ ...options, model_init });
    expect(calls).toBe(102);
    const objectives = ({ trials }: typeof rest) => trials.map(({ objective }) => objective);
    expect(objectives(rest)).toEqual(objectives(whole));
    await expect(search({ ...options, seed: 7 })).rejects.toThrow(/belongs to another search/);
  });

  it('counts a trial whose loss is not finite as the worst', async () => {
    const { trials } = await search({
      hp_space: { learning_rate: { choice: [1e38, 1e-3] } },
      n_trials: 6,
    });
    expect(trials[0]!.objective).toBeGreaterThan(0);
    expect(trials.at(-1)!.objective).toBeNull();
  });

  it.each([
    [{ n_trials: 0 }, /n_trials must be a whole number from 1/],
    [{ method: 'halving' }, /give an output_dir/],
    [{ method: 'tpe' }, /method/],
    [{ hp_space: { learning_rate: { normal: [0, 1] } } }, /wants one of 'choice'/],
    [{ hp_space: { learning_rate: { log_uniform: [0, 1] } } }, /has no values/],
    [{ hp_space: {} }, /hp_space is empty/],
    [{ backend: 'optuna' }, /unknown option 'backend'/],
    [{ hp_space: { learning_rat: { choice: [1] } } }, /unknown argument 'learning_rat'/],
  ])('refuses %j', async (options, message) => {
    await expect(search(options as never)).rejects.toThrow(message);
  });
});
