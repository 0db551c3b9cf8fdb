/**
 * Fine-tuning in PyTorch, with transformers' model and `torch.optim.AdamW`.
 *
 * @module
 */
import { fileURLToPath } from 'node:url';
import type { Contender } from '../harness/case.ts';
import type { Sentences } from '../suites/train/model.ts';
import { findTorchPython, JsonLines, TORCH_2 } from './torch.ts';

/** The classifier in a folder, in the Python that `LLM_TORCH_PYTHON` names. */
export async function openTorchFineTuning(
  folder: string,
  sentencesOf: (round: number) => Sentences,
  threads: number,
): Promise<Contender> {
  const python = findTorchPython(TORCH_2);
  const script = fileURLToPath(
    new URL('../../tools/reference/minilm_training_step.py', import.meta.url),
  );
  const child = new JsonLines(python, [script], { OMP_NUM_THREADS: `${threads}` });
  try {
    const opened = await child.ask<{ version: string; threads: number }>({
      command: 'open',
      folder,
      threads,
    });
    let request = {};
    let loss = Number.NaN;
    return {
      name: TORCH_2,
      ...opened,
      async prepare(round) {
        const { batch, length, ids, labels } = sentencesOf(round);
        const rows = Array.from({ length: batch }, (_, row) => [
          ...ids.subarray(row * length, (row + 1) * length),
        ]);
        request = { command: 'run', ids: rows, labels: [...labels] };
      },
      async run() {
        const answer = await child.ask<{ milliseconds: number; loss: number }>(request);
        loss = answer.loss;
        return answer.milliseconds;
      },
      result: async () => [loss],
      close: () => child.close(),
    };
  } catch (error) {
    await child.close();
    throw error;
  }
}
