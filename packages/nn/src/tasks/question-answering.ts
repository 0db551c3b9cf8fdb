import type { ModelInputs } from '../pretrained/inputs.ts';
import type { QuestionAnsweringOutput } from '../pretrained/outputs.ts';
import { ModelWithHead, recordedOf } from './head.ts';
import { spanLoss } from './losses.ts';

/** Scores of the first and of the last token of the answer. */
export class QuestionAnswering extends ModelWithHead {
  protected override get extraInputs(): readonly (keyof ModelInputs)[] {
    return ['start_positions', 'end_positions'];
  }

  forward(inputs: ModelInputs): QuestionAnsweringOutput {
    const tensors = this.tensors(inputs);
    const { output, logits } = this.run(tensors); // [batch, length, 2]
    const [start_logits, end_logits] = [logits.slice(null, null, 0), logits.slice(null, null, 1)];
    const { start_positions: first, end_positions: last } = tensors;
    return {
      ...(first && last && { loss: spanLoss(start_logits, end_logits, first, last) }),
      start_logits,
      end_logits,
      ...recordedOf(output),
    };
  }
}
