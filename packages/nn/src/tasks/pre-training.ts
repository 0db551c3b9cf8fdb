import { binaryCrossEntropyWithLogits, type Tensor } from '@llm/tensor';
import type { ModelConfig } from '../pretrained/config.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import type { PreTrainedModel } from '../pretrained/model.ts';
import type { BaseOutput, PreTrainingOutput } from '../pretrained/outputs.ts';
import { type HeadParts, ModelWithHead, recordedOf } from './head.ts';
import { classLoss } from './losses.ts';

/** A model with the heads that it was pre-trained by. */
export interface PreTraining extends PreTrainedModel {
  forward(inputs: ModelInputs): PreTrainingOutput;
}

/**
 * BERT's pre-training (Devlin et al., 2018): scores of masked tokens [batch, length, vocab_size], and of "the second
 * text follows the first" (class 0) and "it does not" [batch, 2]. With both kinds of labels there is a loss, their sum.
 */
export class MaskedAndNextSentence extends ModelWithHead implements PreTraining {
  readonly #follows: (output: BaseOutput) => Tensor;

  /** @param follows scores of the two classes; the parts' own `logits` are those of tokens */
  constructor(config: ModelConfig, parts: HeadParts, follows: (output: BaseOutput) => Tensor) {
    super(config, parts);
    this.#follows = follows;
  }

  protected override get extraInputs(): readonly (keyof ModelInputs)[] {
    return ['labels', 'next_sentence_label'];
  }

  forward(inputs: ModelInputs): PreTrainingOutput {
    const tensors = this.tensors(inputs);
    const { output, logits: prediction_logits } = this.run(tensors);
    const seq_relationship_logits = this.#follows(output);
    const { labels, next_sentence_label: next } = tensors;
    const loss = () =>
      classLoss(prediction_logits, labels!).add(classLoss(seq_relationship_logits, next!));
    return {
      ...(labels && next && { loss: loss() }),
      prediction_logits,
      seq_relationship_logits,
      ...recordedOf(output),
    };
  }
}

/**
 * ELECTRA's pre-training (Clark et al., 2020): for each token a score, above 0 where it was replaced: logits [batch,
 * length]. The loss is the mean binary cross-entropy of tokens that are not padding, nor labelled −100.
 */
export class ReplacedTokens extends ModelWithHead implements PreTraining {
  forward(inputs: ModelInputs): PreTrainingOutput {
    const tensors = this.tensors(inputs);
    const { output, logits } = this.run(tensors);
    const { labels, attention_mask: mask } = tensors;
    return {
      ...(labels && { loss: tokenLoss(logits, labels, mask) }),
      logits,
      ...recordedOf(output),
    };
  }
}

function tokenLoss(logits: Tensor, labels: Tensor, mask: Tensor | undefined): Tensor {
  const isLabelled = labels.ge(0).to('f32');
  const counts = mask ? isLabelled.mul(mask.to('f32')) : isLabelled;
  const targets = labels.clamp(0, 1).to('f32');
  const losses = binaryCrossEntropyWithLogits(logits, targets, { reduction: 'none' });
  return losses.mul(counts).sum().div(counts.sum());
}
