/**
 * The tasks whose heads are the same in most families of encoders.
 *
 * @module
 */
import type { Tensor } from '@llm/tensor';
import type { ModelConfig } from '../../pretrained/config.ts';
import type { Base } from '../../tasks/head.ts';
import { MultipleChoice } from '../../tasks/multiple-choice.ts';
import { QuestionAnswering } from '../../tasks/question-answering.ts';
import { TokenClassification } from '../../tasks/token-classification.ts';
import { dropoutThenLinear } from './encoder-heads.ts';

/** A model without a head, the name it has below one, and what its classifiers need. */
export interface EncoderParts {
  readonly prefix: string;
  readonly base: Base;
  readonly width: number;
  /** Dropout before the output layer. */
  readonly dropout: number;
}

/** `classifier` on each token. */
export function tokenClassification(
  config: ModelConfig,
  { prefix, base, width, dropout }: EncoderParts,
): TokenClassification {
  const { head, score } = dropoutThenLinear(width, config.num_labels, dropout);
  const logits = ({ last_hidden_state }: { last_hidden_state: Tensor }) => score(last_hidden_state);
  return new TokenClassification(config, { prefix, base, head, logits });
}

/** `qa_outputs` on each token. */
export function questionAnswering(
  config: ModelConfig,
  { prefix, base, width, dropout }: EncoderParts,
): QuestionAnswering {
  const { head, score } = dropoutThenLinear(width, 2, dropout, 'qa_outputs');
  const logits = ({ last_hidden_state }: { last_hidden_state: Tensor }) => score(last_hidden_state);
  return new QuestionAnswering(config, { prefix, base, head, logits });
}

/** `classifier`, one score per choice, on what `pool` makes of the output: [batch · choices, width]. */
export function multipleChoice(
  config: ModelConfig,
  { prefix, base, width, dropout }: EncoderParts,
  pool: (output: { last_hidden_state: Tensor; pooler_output?: Tensor }) => Tensor = (output) =>
    output.pooler_output!,
): MultipleChoice {
  const { head, score } = dropoutThenLinear(width, 1, dropout);
  return new MultipleChoice(config, {
    prefix,
    base,
    head,
    logits: (output) => score(pool(output)),
  });
}
