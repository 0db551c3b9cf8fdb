import type { ModelInputs } from '../pretrained/inputs.ts';
import type { LogitsOutput } from '../pretrained/outputs.ts';
import { ModelWithHead, recordedOf } from './head.ts';
import { classLoss } from './losses.ts';

/** Scores of classes for each token: logits [batch, length, num_labels]. */
export class TokenClassification extends ModelWithHead {
  forward(inputs: ModelInputs): LogitsOutput {
    const tensors = this.tensors(inputs);
    const { output, logits } = this.run(tensors);
    const { labels } = tensors;
    return { ...(labels && { loss: classLoss(logits, labels) }), logits, ...recordedOf(output) };
  }
}
