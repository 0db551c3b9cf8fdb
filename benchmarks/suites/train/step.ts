/**
 * One training step of ours, of all weights or of an adapter's.
 *
 * @module
 */
import { backward, compile, type Tensor, type Variable } from '@llm/nn';
import { AdamW, getPeftModel } from '@llm/train';
import type { Contender } from '../../harness/case.ts';
import { OUR_THREADS, ourVersion } from '../../ours/device.ts';
import { inputsOf, loadClassifier, type Sentences } from './model.ts';

/** A contender that also says what its optimizer keeps. */
export interface StepContender extends Contender {
  /** Bytes of the optimizer's state. */
  readonly stateBytes: number;
}

/** Fine-tuning of all weights, or with rank 8 beside query and value as in the paper on LoRA. */
export async function openStep(
  kind: 'full' | 'lora',
  sentencesOf: (round: number) => Sentences,
): Promise<StepContender> {
  const model = await loadClassifier();
  if (kind === 'lora') {
    getPeftModel(model, {
      peft_type: 'LORA',
      task_type: 'SEQ_CLS',
      r: 8,
      lora_alpha: 16,
      target_modules: ['query', 'value'],
      modules_to_save: ['classifier'],
    });
  }
  model.train();
  const trained = model.parameters().filter(({ trainable }) => trainable);
  const optimizer = new AdamW(trained, { lr: 2e-5, weight_decay: 0.01, max_grad_norm: 1 });
  const update = compile((inputs: Record<string, Tensor>) => {
    const { loss } = model.forward(inputs);
    backward(loss!);
    optimizer.step();
    optimizer.zeroGrad();
    return loss!;
  });
  let inputs: Record<string, Tensor> = {};
  let loss = Number.NaN;
  return {
    name: kind === 'full' ? 'ours' : 'ours (LoRA)',
    version: ourVersion(),
    threads: OUR_THREADS,
    stateBytes: bytesOf(optimizer.variables),
    async prepare(round) {
      inputs = inputsOf(sentencesOf(round));
    },
    async run() {
      const start = performance.now();
      loss = await (await update(inputs)).item();
      return performance.now() - start;
    },
    result: async () => [loss],
    async close() {
      update.dispose();
      for (const each of [...model.parameters(), ...optimizer.variables]) each.dispose();
    },
  };
}

function bytesOf(variables: readonly Variable[]): number {
  return variables.reduce((sum, { size }) => sum + 4 * size, 0);
}
