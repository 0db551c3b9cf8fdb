import { Trainer } from '@llm/train';
import { newClassifier, points } from './support.ts';

/** The trainer of the crash test, in this process or in one that is killed. */
export function crashTrainer(
  output_dir: string,
  max_steps = 3000,
  save_strategy: 'no' | 'steps' = 'steps',
): Trainer {
  return new Trainer({
    model: newClassifier(0.2),
    train_dataset: points(50),
    args: {
      output_dir,
      max_steps,
      learning_rate: 0.01,
      lr_scheduler_type: 'constant',
      save_strategy,
      save_steps: 1,
      save_total_limit: 2,
      logging_steps: 2,
      disable_tqdm: true,
    },
  });
}
