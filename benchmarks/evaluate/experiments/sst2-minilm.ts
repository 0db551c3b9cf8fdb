import { fineTune } from '@llm/apps';
import { minilm } from '../../../tools/pretrained/weights.ts';
import { readReviews } from '../data/sst2.ts';
import type { Experiment } from '../experiment.ts';

/** Film reviews by a fine-tuned encoder. */
export const sst2Minilm: Experiment = {
  name: 'sst2-minilm',
  summary: 'SST-2 test: all-MiniLM-L6-v2 fine-tuned',
  needsMinilm: true,
  seeds: [1],
  bars: { accuracy: 86 },
  belowPyTorch: { accuracy: 1 },
  async run({ args, callbacks, signal }) {
    const [train, test] = await Promise.all([readReviews('train'), readReviews('test')]);
    const { metrics, pipeline } = await fineTune('text-classification', train, {
      model: minilm,
      eval_rows: test,
      args: {
        learning_rate: 5e-5,
        num_train_epochs: 2,
        per_device_train_batch_size: 32,
        warmup_ratio: 0.1,
        group_by_length: true,
        save_steps: 100,
        ...args,
      },
      callbacks,
      signal,
    });
    pipeline.dispose();
    return { accuracy: 100 * metrics.accuracy! };
  },
};
