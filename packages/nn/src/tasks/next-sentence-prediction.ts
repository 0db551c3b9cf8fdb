import type { ModelInputs } from '../pretrained/inputs.ts';
import type { LogitsOutput } from '../pretrained/outputs.ts';
import { ModelWithHead, recordedOf } from './head.ts';
import { classLoss } from './losses.ts';

/** Scores of "the second text follows the first" (class 0) and "it does not": logits [batch, 2]. */
export class NextSentencePrediction extends ModelWithHead {
  forward(inputs: ModelInputs): LogitsOutput {
    const tensors = this.tensors(inputs);
    const { output, logits } = this.run(tensors);
    const { labels } = tensors;
    return { ...(labels && { loss: classLoss(logits, labels) }), logits, ...recordedOf(output) };
  }
}
