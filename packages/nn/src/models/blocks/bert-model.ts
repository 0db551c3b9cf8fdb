/**
 * Embeddings, pooler and the whole model of BERT, RoBERTa and ELECTRA, which differ in how positions are
 * numbered and in a projection after the embeddings.
 *
 * @module
 */
import { arange, cumsum, type Tensor, zeros } from '@llm/tensor';
import { Dropout } from '../../layers/dropout.ts';
import { Embedding } from '../../layers/embedding.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { Linear } from '../../layers/linear.ts';
import { Module } from '../../module/module.ts';
import type { ModelInputs } from '../../pretrained/inputs.ts';
import { PreTrainedModel } from '../../pretrained/model.ts';
import type { BaseOutput } from '../../pretrained/outputs.ts';
import { BertEncoder, type BertEncoderConfig } from './bert-encoder.ts';
import { checkLength, required } from './checks.ts';
import { maskOfKeys, Recorder } from './context.ts';

/** What differs between the models. */
export interface BertVariant {
  /** Width of the embeddings. Default: the hidden size. */
  readonly embeddingSize?: number;
  /** Whether there is a pooler, tanh(dense(first token)). */
  readonly pooler: boolean;
  /** The padding token behind whose number positions are counted, as in RoBERTa. Default: 0, 1, 2, … */
  readonly positionsAfter?: number;
}

/** Words, positions and segments: norm(w + p + s). */
class BertEmbeddings extends Module {
  readonly word_embeddings: Embedding;
  readonly position_embeddings: Embedding;
  readonly token_type_embeddings: Embedding;
  readonly LayerNorm: LayerNorm;
  readonly dropout: Dropout;

  constructor(config: BertEncoderConfig, width: number, unused: number | undefined) {
    super();
    const padding = config.pad_token_id === null ? {} : { padding_idx: config.pad_token_id };
    this.word_embeddings = new Embedding(config.vocab_size, width, padding);
    const skipped = unused === undefined ? {} : { padding_idx: unused };
    this.position_embeddings = new Embedding(config.max_position_embeddings, width, skipped);
    this.token_type_embeddings = new Embedding(config.type_vocab_size, width);
    this.LayerNorm = new LayerNorm(width, { eps: config.layer_norm_eps });
    this.dropout = new Dropout(config.hidden_dropout_prob);
  }

  forward(words: Tensor, positions: Tensor, segments: Tensor): Tensor {
    const x = words
      .add(this.token_type_embeddings.forward(segments))
      .add(this.position_embeddings.forward(positions));
    return this.dropout.forward(this.LayerNorm.forward(x));
  }
}

/** BERT without a head. */
export class BertModel extends PreTrainedModel {
  readonly inputNames = [
    'input_ids',
    'attention_mask',
    'token_type_ids',
    'position_ids',
    'inputs_embeds',
  ] as const;
  readonly embeddings: BertEmbeddings;
  readonly embeddings_project?: Linear;
  readonly encoder: BertEncoder;
  readonly pooler?: { readonly dense: Linear };
  readonly #variant: BertVariant;

  constructor(
    override readonly config: BertEncoderConfig,
    variant: BertVariant,
  ) {
    super(config);
    const { hidden_size } = config;
    const embeddingSize = variant.embeddingSize ?? hidden_size;
    this.embeddings = new BertEmbeddings(config, embeddingSize, variant.positionsAfter);
    if (embeddingSize !== hidden_size) {
      this.embeddings_project = new Linear(embeddingSize, hidden_size);
    }
    this.encoder = new BertEncoder(config);
    if (variant.pooler) this.pooler = { dense: new Linear(hidden_size, hidden_size) };
    this.#variant = variant;
  }

  forward(inputs: ModelInputs): BaseOutput {
    const tensors = this.tensors(inputs);
    const { input_ids, inputs_embeds, attention_mask } = tensors;
    const words = inputs_embeds ?? this.embeddings.word_embeddings.forward(required(input_ids));
    const length = words.shape[1]!;
    const after = this.#variant.positionsAfter;
    const first = after === undefined ? 0 : after + 1;
    checkLength(this.config.model_type, words, this.config.max_position_embeddings - first);
    const counted =
      after !== undefined && input_ids
        ? positionsAfterPadding(input_ids, after)
        : arange(first, first + length).reshape(1, length);
    const positions = tensors.position_ids ?? counted;
    const segments = tensors.token_type_ids ?? zeros([1, length], { dtype: 'i32' });
    let x = this.embeddings.forward(words, positions, segments);
    if (this.embeddings_project) x = this.embeddings_project.forward(x);
    const recorder = new Recorder(tensors);
    const context = {
      ...(attention_mask && { mask: maskOfKeys(attention_mask) }),
      ...(recorder.weights && { weights: recorder.weights }),
    };
    const last_hidden_state = this.encoder.forward(x, context, recorder);
    const pooled = this.pooler?.dense.forward(last_hidden_state.slice(null, 0)).tanh();
    return { last_hidden_state, ...(pooled && { pooler_output: pooled }), ...recorder.recorded };
  }
}

/** Positions counted from `pad + 1`, over tokens that are not padding; padding has position `pad`. */
export function positionsAfterPadding(ids: Tensor, pad: number): Tensor {
  const isToken = ids.ne(pad).to('i32');
  return cumsum(isToken, 1).mul(isToken).add(pad);
}
