/**
 * Heads on encoder-decoders that read one text: the decoder gets the encoder's text, one place later.
 *
 * @module
 */
import { arange, type Tensor, takeAlong } from '@llm/tensor';
import { Linear } from '../../layers/linear.ts';
import type { ModelConfig } from '../../pretrained/config.ts';
import type { TensorInputs } from '../../pretrained/inputs.ts';
import { QuestionAnswering } from '../../tasks/question-answering.ts';
import type { Seq2SeqBase } from '../../tasks/seq2seq-lm.ts';
import { SequenceClassification } from '../../tasks/sequence-classification.ts';
import { FirstTokenClassifier } from './encoder-heads.ts';

/** An encoder-decoder without a head, and what its heads need. */
export interface TextReader {
  /** Name of the model without a head below a classifier. */
  readonly prefix: string;
  readonly base: Seq2SeqBase;
  readonly width: number;
  /** Dropout of a classifier. */
  readonly dropout: number;
  /** What the decoder reads of a text [batch, length]. */
  readonly shift: (ids: Tensor) => Tensor;
}

/** `classification_head` on the decoder's state at the last token that ends a text; a row without one gives its first. */
export function textClassification(
  config: ModelConfig,
  { prefix, base, width, dropout, shift }: TextReader,
): SequenceClassification {
  const classification_head = new FirstTokenClassifier(width, config.num_labels, dropout, 'tanh');
  return new SequenceClassification(config, {
    prefix,
    base,
    head: { classification_head },
    derive: rereading(shift),
    logits: ({ last_hidden_state }, { input_ids }) =>
      classification_head.forward(endOfText(last_hidden_state, input_ids!, config)),
  });
}

/** `qa_outputs` on each of the decoder's states. */
export function textQuestionAnswering(
  config: ModelConfig,
  { prefix, base, width, shift }: TextReader,
): QuestionAnswering {
  const qa_outputs = new Linear(width, 2);
  return new QuestionAnswering(config, {
    prefix,
    base,
    head: { qa_outputs },
    derive: rereading(shift),
    logits: ({ last_hidden_state }) => qa_outputs.forward(last_hidden_state),
  });
}

function rereading(shift: TextReader['shift']) {
  return ({ input_ids }: TensorInputs): TensorInputs =>
    input_ids ? { decoder_input_ids: shift(input_ids) } : {};
}

/** States at the last end-of-text token: [batch, length, width] → [batch, 1, width]. */
function endOfText(states: Tensor, ids: Tensor, { eos_token_id }: ModelConfig): Tensor {
  const [batch, length, width] = states.shape as readonly [number, number, number];
  const end = Array.isArray(eos_token_id) ? eos_token_id[0] : eos_token_id;
  const isEnd = ids.eq(end as number).to('i32');
  const last = arange(length).mul(isEnd).max(1); // [batch]
  return takeAlong(states, last.reshape(batch, 1, 1).expand(batch, 1, width), 1);
}
