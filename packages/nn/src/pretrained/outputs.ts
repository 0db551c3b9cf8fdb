/**
 * Outputs of models, with Python's names.
 *
 * @module
 */
import type { Tensor } from '@llm/tensor';

/** What was looked at on the way. */
export interface Recorded {
  /** With `output_hidden_states`: after the embeddings and after each layer, [batch, length, width]. */
  readonly hidden_states?: readonly Tensor[];
  /** With `output_attentions`: weights of each layer, [batch, heads, queries, keys]. */
  readonly attentions?: readonly Tensor[];
}

/** Output of a model without a head. */
export interface BaseOutput extends Recorded {
  /** [batch, length, width] */
  readonly last_hidden_state: Tensor;
  /** One vector for the whole text, where the family has one: [batch, width]. */
  readonly pooler_output?: Tensor;
}

/** Output of a model whose head gives scores. */
export interface LogitsOutput extends Recorded, Partial<Seq2SeqRecorded> {
  /** A scalar, if there were labels. */
  readonly loss?: Tensor;
  readonly logits: Tensor;
}

/** Output of a model that marks a span. */
export interface QuestionAnsweringOutput extends Recorded, Partial<Seq2SeqRecorded> {
  /** A scalar, if there were positions. */
  readonly loss?: Tensor;
  /** [batch, length] */
  readonly start_logits: Tensor;
  /** [batch, length] */
  readonly end_logits: Tensor;
}

/** Output of a model with the heads of its pre-training: BERT's two, or ELECTRA's one. */
export interface PreTrainingOutput extends Recorded {
  /** A scalar, if there were labels. */
  readonly loss?: Tensor;
  /** BERT: masked tokens, [batch, length, vocab_size]. */
  readonly prediction_logits?: Tensor;
  /** BERT: whether the second text follows the first, [batch, 2]. */
  readonly seq_relationship_logits?: Tensor;
  /** ELECTRA: whether a token was replaced, [batch, length]. */
  readonly logits?: Tensor;
}

/** What an encoder-decoder saw, by stack. */
export interface Seq2SeqRecorded {
  readonly encoder_last_hidden_state: Tensor;
  readonly encoder_hidden_states?: readonly Tensor[];
  readonly encoder_attentions?: readonly Tensor[];
  readonly decoder_hidden_states?: readonly Tensor[];
  readonly decoder_attentions?: readonly Tensor[];
  /** Weights of each decoder layer on the encoder's tokens, [batch, heads, target, source]. */
  readonly cross_attentions?: readonly Tensor[];
}

/** Output of an encoder-decoder without a head. */
export interface Seq2SeqBaseOutput extends Seq2SeqRecorded {
  /** [batch, target, width] */
  readonly last_hidden_state: Tensor;
}

/** Output of an encoder-decoder with a language-model head. */
export interface Seq2SeqOutput extends Seq2SeqRecorded {
  readonly loss?: Tensor;
  /** [batch, target, vocab_size] */
  readonly logits: Tensor;
}
