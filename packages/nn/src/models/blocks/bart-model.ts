/**
 * The two stacks and the whole model of BART, mBART, Marian and M2M100, which differ in norms and positions.
 *
 * @module
 */
import { arange, cumsum, embedding, linear, type Tensor, Variable, zeros } from '@llm/tensor';
import { normal } from '../../init.ts';
import { Dropout } from '../../layers/dropout.ts';
import { Embedding } from '../../layers/embedding.ts';
import { LayerNorm } from '../../layers/layer-norm.ts';
import { buffer } from '../../module/buffer.ts';
import { Module } from '../../module/module.ts';
import { commonDefaults } from '../../pretrained/config.ts';
import type { CacheShape } from '../../tasks/causal-lm.ts';
import { Seq2SeqLM, shiftRight } from '../../tasks/seq2seq-lm.ts';
import { type BartConfig, BartLayer, type StackKind } from './bart-layers.ts';
import { checkLength } from './checks.ts';
import { maskOfKeys, type Recorder } from './context.ts';
import { EncoderDecoder, type StackInputs } from './encoder-decoder.ts';
import type { TextReader } from './seq2seq-heads.ts';

/** What differs between the families. */
export interface BartVariant {
  /** Whether norms come before sublayers, and so another one after the last layer. */
  readonly normFirst: boolean;
  /** Whether embeddings are normalized. */
  readonly embeddingNorm: boolean;
  readonly positions: PositionTable;
}

/** A table of positions, trained or a constant. */
export type PositionTable =
  /** Trained; the first rows are unused. */
  | { readonly kind: 'learned'; readonly offset: number }
  /** A constant with a row per position. */
  | { readonly kind: 'fixed'; readonly table: (rows: number, width: number) => Tensor }
  /** A constant; tokens that are not padding are counted from behind the padding token's number. */
  | {
      readonly kind: 'fixed after padding';
      readonly table: (rows: number, width: number, padding: number) => Tensor;
    };

/** Defaults that these families share. */
export const bartDefaults = {
  ...commonDefaults,
  is_encoder_decoder: true,
  vocab_size: 50265,
  d_model: 1024,
  encoder_layers: 12,
  decoder_layers: 12,
  encoder_attention_heads: 16,
  decoder_attention_heads: 16,
  encoder_ffn_dim: 4096,
  decoder_ffn_dim: 4096,
  activation_function: 'gelu',
  dropout: 0.1,
  attention_dropout: 0,
  activation_dropout: 0,
  classifier_dropout: 0,
  max_position_embeddings: 1024,
  scale_embedding: false,
  init_std: 0.02,
  pad_token_id: 1,
  bos_token_id: 0,
  eos_token_id: 2,
  decoder_start_token_id: 2,
  forced_eos_token_id: 2,
} as const;

/** Tokens and positions into vectors, then layers. */
class BartStack extends Module {
  readonly embed_tokens: Embedding;
  readonly embed_positions?: { readonly weight: Variable };
  readonly layernorm_embedding?: LayerNorm;
  readonly layers: BartLayer[];
  readonly layer_norm?: LayerNorm;
  readonly dropout: Dropout;
  private readonly fixed?: Tensor; // a field by name, so that `to` moves it

  constructor(
    readonly config: BartConfig,
    readonly variant: BartVariant,
    readonly kind: StackKind,
    tokens: Embedding,
  ) {
    super();
    const { d_model, max_position_embeddings: rows } = config;
    const { positions, normFirst } = variant;
    this.embed_tokens = tokens;
    if (positions.kind === 'learned') {
      const size = [rows + positions.offset, d_model];
      this.embed_positions = { weight: new Variable(normal(size, 0, config.init_std)) };
    } else {
      // Padding has a row of its own, and the first token stands two behind its number.
      const before = positions.kind === 'fixed' ? 0 : padOf(config) + 1;
      this.fixed = positions.table(rows + before, d_model, padOf(config));
    }
    if (variant.embeddingNorm) this.layernorm_embedding = new LayerNorm(d_model);
    this.layers = Array.from(
      { length: config[`${kind}_layers`] },
      (_, layer) => new BartLayer(config, kind, normFirst, layer),
    );
    if (normFirst) this.layer_norm = new LayerNorm(d_model);
    this.dropout = new Dropout(config.dropout);
  }

  forward(ids: Tensor, { mask, memory, cache }: StackInputs, recorder: Recorder): Tensor {
    const { d_model, scale_embedding, max_position_embeddings, model_type } = this.config;
    checkLength(model_type, ids, max_position_embeddings);
    const words = this.embed_tokens.forward(ids).to('f32');
    const scaled = scale_embedding ? words.mul(Math.sqrt(d_model)) : words;
    let x = scaled.add(this.#positions(ids, cache?.offset));
    if (this.layernorm_embedding) x = this.layernorm_embedding.forward(x);
    x = this.dropout.forward(x);
    const context = {
      isCausal: this.kind === 'decoder',
      ...(mask && { mask: maskOfKeys(mask) }),
      ...(cache && { cache }),
      ...(recorder.weights && { weights: recorder.weights }),
    };
    for (const layer of this.layers) x = layer.forward(recorder.see(x), context, memory);
    return recorder.see(this.layer_norm ? this.layer_norm.forward(x) : x);
  }

  /** Vectors of positions: [batch or 1, length, width]. */
  #positions(ids: Tensor, offset: Tensor | undefined): Tensor {
    const length = ids.shape[1]!;
    const { positions } = this.variant;
    const table = this.embed_positions?.weight ?? this.fixed!;
    if (positions.kind === 'fixed after padding' && !offset) {
      const pad = padOf(this.config);
      const isToken = ids.ne(pad).to('i32');
      return embedding(cumsum(isToken, 1).mul(isToken).add(pad), table);
    }
    const first =
      positions.kind === 'learned'
        ? positions.offset
        : positions.kind === 'fixed'
          ? 0
          : padOf(this.config) + 1;
    if (!offset) return table.slice([first, first + length]);
    return embedding(arange(length).reshape(1, length).add(offset).add(first), table);
  }
}

const padOf = ({ pad_token_id }: BartConfig) => pad_token_id ?? 1;

/** The model without a head. */
export class BartModel extends EncoderDecoder {
  readonly shared: Embedding;
  readonly encoder: BartStack;
  readonly decoder: BartStack;

  constructor(
    override readonly config: BartConfig,
    variant: BartVariant,
  ) {
    super(config);
    const { vocab_size, d_model, pad_token_id } = config;
    const padding = pad_token_id === null ? {} : { padding_idx: pad_token_id };
    this.shared = new Embedding(vocab_size, d_model, padding);
    this.encoder = new BartStack(config, variant, 'encoder', this.shared);
    this.decoder = new BartStack(config, variant, 'decoder', this.shared);
  }

  get cacheShape(): CacheShape {
    const { decoder_layers: layers, decoder_attention_heads: heads, d_model } = this.config;
    const { max_position_embeddings: positions } = this.config;
    return { layers, heads, headDim: d_model / heads, positions };
  }
}

/** Decoder inputs of BART: one place later, behind `decoder_start_token_id`. */
export function bartShift(config: BartConfig): (ids: Tensor) => Tensor {
  return (ids) => shiftRight(ids, config.decoder_start_token_id ?? (config.eos_token_id as number));
}

/** The model for the heads that read one text. */
export function bartReader(
  config: BartConfig,
  variant: BartVariant,
  shift: TextReader['shift'],
): TextReader {
  const { d_model: width, classifier_dropout: dropout } = config;
  return { prefix: 'model', base: new BartModel(config, variant), width, dropout, shift };
}

/**
 * The model with its language-model head.
 *
 * @param hasBias whether logits have a constant added, `final_logits_bias`
 * @param shift decoder inputs for labels; by default one place later, behind `decoder_start_token_id`
 */
export function bartLanguageModel(
  config: BartConfig,
  variant: BartVariant,
  hasBias: boolean,
  shift: (labels: Tensor) => Tensor = bartShift(config),
): Seq2SeqLM {
  const base = new BartModel(config, variant);
  const { weight } = base.shared;
  const table = config.tie_word_embeddings
    ? weight
    : new Variable(normal(weight.shape, 0, config.init_std));
  const bias = hasBias ? buffer(zeros([1, config.vocab_size])) : undefined;
  return new Seq2SeqLM(config, {
    prefix: 'model',
    base,
    head: { ...(bias && { final_logits_bias: bias }), lm_head: { weight: table } },
    logits: (hidden) => linear(hidden, table, bias?.reshape(-1)),
    shift,
  });
}
