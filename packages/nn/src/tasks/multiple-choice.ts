import type { Tensor } from '@llm/tensor';
import type { ModelInputs, TensorInputs } from '../pretrained/inputs.ts';
import type { LogitsOutput } from '../pretrained/outputs.ts';
import { ModelWithHead, recordedOf } from './head.ts';
import { classLoss } from './losses.ts';

/** Scores of the choices of each example: inputs [batch, choices, length], logits [batch, choices]. */
export class MultipleChoice extends ModelWithHead {
  forward(inputs: ModelInputs): LogitsOutput {
    const tensors = this.tensors(inputs);
    const { input_ids, labels } = tensors;
    if (input_ids?.rank !== 3) {
      throw new RangeError(
        `multiple choice: input_ids wants [batch, choices, length]: got ${input_ids ? `[${input_ids.shape.join(', ')}]` : 'none'}`,
      );
    }
    const [batch, choices, length] = input_ids.shape as readonly [number, number, number];
    const flat = Object.fromEntries(
      Object.entries(tensors).map(([name, value]) => [
        name,
        typeof value === 'object' && name !== 'labels'
          ? (value as Tensor).reshape(batch * choices, length)
          : value,
      ]),
    );
    const { output, logits: scores } = this.run(flat as TensorInputs);
    const logits = scores.reshape(batch, choices);
    return { ...(labels && { loss: classLoss(logits, labels) }), logits, ...recordedOf(output) };
  }
}
