import type { ModelInputs } from '../pretrained/inputs.ts';
import type { LogitsOutput } from '../pretrained/outputs.ts';
import { ModelWithHead, recordedOf } from './head.ts';
import { sequenceLoss } from './losses.ts';

/**
 * Scores of classes for each text: logits [batch, num_labels]. The loss is that of `config.problem_type`:
 * cross-entropy, a binary one per class, or the squared error.
 */
export class SequenceClassification extends ModelWithHead {
  forward(inputs: ModelInputs): LogitsOutput {
    const tensors = this.tensors(inputs);
    const { output, logits } = this.run(tensors);
    const { labels } = tensors;
    return {
      ...(labels && { loss: sequenceLoss(logits, labels, this.config) }),
      logits,
      ...recordedOf(output),
    };
  }
}
