/**
 * T5 (Raffel et al., 2019), versions 1.0 and 1.1, FLAN-T5 and mT5: relative positions, RMS norms before each
 * sublayer, no biases; after `modeling_t5.py` of transformers 4.56.
 *
 * @module
 */
import { linear, type Tensor, Variable } from '@llm/tensor';
import { normal } from '../init.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { RMSNorm } from '../layers/rms-norm.ts';
import { Module } from '../module/module.ts';
import { commonDefaults } from '../pretrained/config.ts';
import { defineFamily, type Family } from '../pretrained/family.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import type { CacheShape } from '../tasks/causal-lm.ts';
import { Seq2SeqLM, shiftRight } from '../tasks/seq2seq-lm.ts';
import { required } from './blocks/checks.ts';
import { maskOfKeys, Recorder } from './blocks/context.ts';
import { EncoderDecoder, type StackInputs } from './blocks/encoder-decoder.ts';
import { tokenClassification } from './blocks/encoder-tasks.ts';
import { relativeBias } from './blocks/relative-bias.ts';
import {
  type TextReader,
  textClassification,
  textQuestionAnswering,
} from './blocks/seq2seq-heads.ts';
import type { T5Config } from './blocks/t5-config.ts';
import { T5Block } from './blocks/t5-layers.ts';

export type { T5Config } from './blocks/t5-config.ts';

/** An encoder or a decoder. */
class T5Stack extends Module {
  readonly embed_tokens: Embedding;
  readonly block: T5Block[];
  readonly final_layer_norm: RMSNorm;
  readonly dropout: Dropout;

  constructor(
    readonly config: T5Config,
    tokens: Embedding,
    readonly isDecoder: boolean,
  ) {
    super();
    const { d_model, num_layers, num_decoder_layers, layer_norm_epsilon: eps } = config;
    this.embed_tokens = tokens;
    this.block = Array.from(
      { length: isDecoder ? (num_decoder_layers ?? num_layers) : num_layers },
      (_, layer) => new T5Block(config, isDecoder, layer),
    );
    this.final_layer_norm = new RMSNorm(d_model, { eps });
    this.dropout = new Dropout(config.dropout_rate);
  }

  forward(ids: Tensor, { mask, memory, cache }: StackInputs, recorder: Recorder): Tensor {
    const { relative_attention_num_buckets, relative_attention_max_distance } = this.config;
    const length = ids.shape[1]!;
    const table = this.block[0]!.relativeTable;
    const settings = {
      buckets: relative_attention_num_buckets,
      maxDistance: relative_attention_max_distance,
      isBidirectional: !this.isDecoder,
    };
    const bias = relativeBias(table, length, cache?.capacity ?? length, settings, cache?.offset);
    const context = {
      bias,
      isCausal: this.isDecoder,
      ...(mask && { mask: maskOfKeys(mask) }),
      ...(cache && { cache }),
      ...(recorder.weights && { weights: recorder.weights }),
    };
    let x = this.dropout.forward(this.embed_tokens.forward(ids).to('f32'));
    for (const block of this.block) x = block.forward(recorder.see(x), context, memory);
    return recorder.see(this.dropout.forward(this.final_layer_norm.forward(x)));
  }
}

/** T5 without a head. */
export class T5Model extends EncoderDecoder {
  readonly shared: Embedding;
  readonly encoder: T5Stack;
  readonly decoder: T5Stack;

  constructor(override readonly config: T5Config) {
    super(config);
    this.shared = new Embedding(config.vocab_size, config.d_model);
    this.encoder = new T5Stack(config, this.shared, false);
    this.decoder = new T5Stack(config, this.shared, true);
  }

  get cacheShape(): CacheShape {
    const { num_layers, num_decoder_layers, num_heads: heads, d_kv: headDim } = this.config;
    return { layers: num_decoder_layers ?? num_layers, heads, headDim };
  }
}

/** The encoder of T5 alone. */
class T5EncoderModel extends PreTrainedModel {
  readonly inputNames = ['input_ids', 'attention_mask'] as const;
  readonly shared: Embedding;
  readonly encoder: T5Stack;

  constructor(override readonly config: T5Config) {
    super(config);
    this.shared = new Embedding(config.vocab_size, config.d_model);
    this.encoder = new T5Stack(config, this.shared, false);
  }

  forward(inputs: ModelInputs): BaseOutput {
    const tensors = this.tensors(inputs);
    const ids = required(tensors.input_ids);
    const recorder = new Recorder(tensors);
    const mask = tensors.attention_mask;
    const last_hidden_state = this.encoder.forward(ids, { mask }, recorder);
    return { last_hidden_state, ...recorder.recorded };
  }
}

const startOf = ({ decoder_start_token_id, pad_token_id }: T5Config) =>
  decoder_start_token_id ?? pad_token_id ?? 0;

const reader = (config: T5Config, prefix: string): TextReader => ({
  prefix,
  base: new T5Model(config),
  width: config.d_model,
  dropout: config.classifier_dropout,
  shift: (ids) => shiftRight(ids, startOf(config)),
});

const tasks: Family<T5Config>['tasks'] = {
  base: (config) => new T5Model(config),
  TextEncoding: (config) => new T5EncoderModel(config),
  SequenceClassification: (config) => textClassification(config, reader(config, 'transformer')),
  TokenClassification: (config) =>
    tokenClassification(config, {
      prefix: 'transformer',
      base: new T5EncoderModel(config),
      width: config.d_model,
      dropout: config.classifier_dropout,
    }),
  QuestionAnswering: (config) => textQuestionAnswering(config, reader(config, '')),
  Seq2SeqLM: (config) => {
    const base = new T5Model(config);
    const { weight } = base.shared;
    const { d_model, tie_word_embeddings: isTied } = config;
    const table = isTied ? weight : new Variable(normal(weight.shape, 0, d_model ** -0.5));
    // Version 1.0 shares the table, whose numbers are large, and scales instead.
    const logits = (hidden: Tensor) => linear(isTied ? hidden.mul(d_model ** -0.5) : hidden, table);
    const shift = (labels: Tensor) => shiftRight(labels, startOf(config));
    return new Seq2SeqLM(config, {
      prefix: '',
      base,
      head: { lm_head: { weight: table } },
      logits,
      shift,
    });
  },
};

const defaults: T5Config = {
  ...commonDefaults,
  model_type: 't5',
  is_encoder_decoder: true,
  vocab_size: 32128,
  d_model: 512,
  d_kv: 64,
  d_ff: 2048,
  num_layers: 6,
  num_decoder_layers: null,
  num_heads: 8,
  relative_attention_num_buckets: 32,
  relative_attention_max_distance: 128,
  dropout_rate: 0.1,
  classifier_dropout: 0,
  layer_norm_epsilon: 1e-6,
  feed_forward_proj: 'relu',
  pad_token_id: 0,
  eos_token_id: 1,
  decoder_start_token_id: 0,
};

/** T5 and its heads. */
export const t5 = defineFamily<T5Config>({
  model_type: 't5',
  className: 'T5',
  prefix: '',
  defaults,
  tasks,
});

/** mT5 and its heads. */
export const mt5 = defineFamily<T5Config>({
  model_type: 'mt5',
  className: 'MT5',
  prefix: '',
  defaults: {
    ...defaults,
    model_type: 'mt5',
    vocab_size: 250112,
    d_ff: 1024,
    num_layers: 8,
    num_heads: 6,
    feed_forward_proj: 'gated-gelu',
    tie_word_embeddings: false,
  },
  tasks,
});
