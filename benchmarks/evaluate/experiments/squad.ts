import { fineTune } from '@llm/apps';
import { minilm } from '../../../tools/pretrained/weights.ts';
import { readQuestions } from '../data/squad.ts';
import type { Experiment } from '../experiment.ts';

/** Answers in texts, by a fine-tuned encoder that has seen four articles. */
export const squadAnswers: Experiment = {
  name: 'squad',
  summary: 'SQuAD 1.1: all-MiniLM-L6-v2 fine-tuned on four articles, scored on a fifth',
  needsMinilm: true,
  seeds: [1, 2, 3],
  bars: {},
  belowPyTorch: { exact_match: 2, f1: 2 },
  async run({ args, callbacks, signal }) {
    const { train, test } = await readQuestions();
    const { metrics, pipeline } = await fineTune('question-answering', train, {
      model: minilm,
      eval_rows: test,
      args: {
        learning_rate: 1e-4,
        num_train_epochs: 3,
        per_device_train_batch_size: 8,
        warmup_ratio: 0.1,
        group_by_length: true,
        save_steps: 50,
        ...args,
      },
      callbacks,
      signal,
    });
    pipeline.dispose();
    return { exact_match: metrics.exact_match!, f1: metrics.f1! };
  },
};
