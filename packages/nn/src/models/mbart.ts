/**
 * mBART (Liu et al., 2020), the encoder-decoder Transformer with norms before each sublayer, after
 * `modeling_mbart.py` of transformers 4.56: the same names of parameters and settings, so that its folders
 * load in Python and Python's here.
 *
 * @module
 */
import {
  arange,
  checkOptions,
  embedding,
  gelu,
  linear,
  relu,
  scaledDotProductAttention,
  silu,
  softmax,
  type Tensor,
  Variable,
  zeros,
} from '@llm/tensor';
import { normal, xavierUniform } from '../init.ts';
import { Dropout } from '../layers/dropout.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Linear } from '../layers/linear.ts';
import { SinusoidalPositions } from '../layers/positions.ts';
import { buffer } from '../module/buffer.ts';
import { Module } from '../module/module.ts';

const activations = { relu, gelu, silu };

/** `config.json` of an mBART model; the names and defaults are Python's. */
export interface MBartConfig {
  readonly vocab_size: number;
  readonly d_model: number;
  readonly encoder_layers: number;
  readonly decoder_layers: number;
  readonly encoder_attention_heads: number;
  readonly decoder_attention_heads: number;
  readonly encoder_ffn_dim: number;
  readonly decoder_ffn_dim: number;
  readonly activation_function: keyof typeof activations;
  readonly dropout: number;
  readonly attention_dropout: number;
  readonly activation_dropout: number;
  readonly max_position_embeddings: number;
  readonly scale_embedding: boolean;
  readonly pad_token_id: number;
  readonly bos_token_id: number;
  readonly eos_token_id: number;
  readonly decoder_start_token_id: number;
}

const defaults: MBartConfig = {
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
  max_position_embeddings: 1024,
  scale_embedding: false,
  pad_token_id: 1,
  bos_token_id: 0,
  eos_token_id: 2,
  decoder_start_token_id: 2,
};

/** Names of the settings that the model reads. */
export const mbartConfigNames = Object.keys(defaults) as (keyof MBartConfig)[];

/** A full configuration from some settings. @throws TypeError for an unknown name or activation. */
export function mbartConfig(settings: Partial<MBartConfig>): MBartConfig {
  checkOptions('mBART config', settings, mbartConfigNames);
  const config = { ...defaults, ...settings };
  if (!Object.hasOwn(activations, config.activation_function)) {
    throw new TypeError(
      `mBART config: activation_function '${config.activation_function}' is not supported; known: ${Object.keys(activations).join(', ')}`,
    );
  }
  return config;
}

/** Rows of the position table that the checkpoint format leaves unused in front. */
const positionOffset = 2;

/** Keys and values of earlier positions, or of the encoder: [batch, heads, positions, headDim]. */
export interface KeysValues {
  readonly keys: Tensor;
  readonly values: Tensor;
}

/** softmax(Q Kᵀ / √headDim) V over several heads, with a projection before and after. */
export class MBartAttention extends Module {
  readonly k_proj: Linear;
  readonly v_proj: Linear;
  readonly q_proj: Linear;
  readonly out_proj: Linear;

  constructor(
    readonly width: number,
    readonly heads: number,
    readonly dropoutP: number,
  ) {
    super();
    if (width % heads !== 0) {
      throw new RangeError(
        `mBART: d_model must be a multiple of the heads: got ${width} and ${heads}`,
      );
    }
    [this.k_proj, this.v_proj, this.q_proj, this.out_proj] = [0, 1, 2, 3].map(() =>
      projection(width, width),
    ) as [Linear, Linear, Linear, Linear];
  }

  /** Keys and values of x [batch, positions, width]. */
  keysValues(x: Tensor): KeysValues {
    return {
      keys: this.#split(this.k_proj.forward(x)),
      values: this.#split(this.v_proj.forward(x)),
    };
  }

  /** @param mask [batch, 1, queries or 1, keys], true where attention is allowed. */
  forward(x: Tensor, { keys, values }: KeysValues, mask?: Tensor, isCausal = false): Tensor {
    const y = scaledDotProductAttention(this.#queries(x), keys, values, {
      ...(mask && { attnMask: mask }),
      isCausal,
      dropoutP: this.training ? this.dropoutP : 0,
    });
    return this.out_proj.forward(y.permute(0, 2, 1, 3).reshape(x.shape));
  }

  /** The weights themselves: [batch, heads, queries, keys]. */
  weights(x: Tensor, { keys }: KeysValues, mask: Tensor): Tensor {
    const queries = this.#queries(x);
    const scores = queries.matmul(keys.transpose()).mul((this.width / this.heads) ** -0.5);
    return softmax(scores.where(mask, -1e30));
  }

  #queries(x: Tensor): Tensor {
    return this.#split(this.q_proj.forward(x));
  }

  #split(x: Tensor): Tensor {
    const [batch, positions] = x.shape as [number, number];
    return x.reshape(batch, positions, this.heads, -1).permute(0, 2, 1, 3);
  }
}

class MBartEncoderLayer extends Module {
  readonly self_attn: MBartAttention;
  readonly self_attn_layer_norm: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly final_layer_norm: LayerNorm;
  readonly dropout: Dropout;

  constructor(readonly config: MBartConfig) {
    super();
    const { d_model, encoder_attention_heads, encoder_ffn_dim, attention_dropout, dropout } =
      config;
    this.self_attn = new MBartAttention(d_model, encoder_attention_heads, attention_dropout);
    this.self_attn_layer_norm = new LayerNorm(d_model);
    this.fc1 = projection(d_model, encoder_ffn_dim);
    this.fc2 = projection(encoder_ffn_dim, d_model);
    this.final_layer_norm = new LayerNorm(d_model);
    this.dropout = new Dropout(dropout);
  }

  forward(x: Tensor, mask: Tensor): Tensor {
    const y = this.self_attn_layer_norm.forward(x);
    x = x.add(this.dropout.forward(this.self_attn.forward(y, this.self_attn.keysValues(y), mask)));
    return x.add(this.dropout.forward(feedForward(this, this.final_layer_norm.forward(x))));
  }
}

class MBartDecoderLayer extends Module {
  readonly self_attn: MBartAttention;
  readonly self_attn_layer_norm: LayerNorm;
  readonly encoder_attn: MBartAttention;
  readonly encoder_attn_layer_norm: LayerNorm;
  readonly fc1: Linear;
  readonly fc2: Linear;
  readonly final_layer_norm: LayerNorm;
  readonly dropout: Dropout;

  constructor(readonly config: MBartConfig) {
    super();
    const { d_model, decoder_attention_heads, decoder_ffn_dim, attention_dropout, dropout } =
      config;
    this.self_attn = new MBartAttention(d_model, decoder_attention_heads, attention_dropout);
    this.self_attn_layer_norm = new LayerNorm(d_model);
    this.encoder_attn = new MBartAttention(d_model, decoder_attention_heads, attention_dropout);
    this.encoder_attn_layer_norm = new LayerNorm(d_model);
    this.fc1 = projection(d_model, decoder_ffn_dim);
    this.fc2 = projection(decoder_ffn_dim, d_model);
    this.final_layer_norm = new LayerNorm(d_model);
    this.dropout = new Dropout(dropout);
  }

  /** @param remember turns the new keys and values into those of all positions (a cache). */
  forward(
    x: Tensor,
    crossed: KeysValues,
    sourceMask: Tensor,
    remember?: { update(fresh: KeysValues): KeysValues; mask: Tensor },
  ): Tensor {
    const y = this.self_attn_layer_norm.forward(x);
    const fresh = this.self_attn.keysValues(y);
    const attended = remember
      ? this.self_attn.forward(y, remember.update(fresh), remember.mask)
      : this.self_attn.forward(y, fresh, undefined, true);
    x = x.add(this.dropout.forward(attended));
    const queries = this.encoder_attn_layer_norm.forward(x);
    x = x.add(this.dropout.forward(this.encoder_attn.forward(queries, crossed, sourceMask)));
    return x.add(this.dropout.forward(feedForward(this, this.final_layer_norm.forward(x))));
  }
}

/** Tokens and positions into vectors, then a stack of layers and a last norm. */
abstract class MBartStack<Layer extends Module> extends Module {
  readonly embed_positions: { readonly weight: Variable };
  readonly layernorm_embedding: LayerNorm;
  readonly layer_norm: LayerNorm;
  readonly dropout: Dropout;
  abstract readonly layers: Layer[];
  readonly #tokens: Variable;

  constructor(
    readonly config: MBartConfig,
    tokens: Variable,
  ) {
    super();
    const { d_model, max_position_embeddings, dropout } = config;
    const rows = max_position_embeddings + positionOffset;
    this.embed_positions = { weight: new Variable(new SinusoidalPositions(rows, d_model).table) };
    this.layernorm_embedding = new LayerNorm(d_model);
    this.layer_norm = new LayerNorm(d_model);
    this.dropout = new Dropout(dropout);
    this.#tokens = tokens;
  }

  /** @param ids [batch, positions]; @param start position of the first, i32. */
  embed(ids: Tensor, start?: Tensor): Tensor {
    const { d_model, scale_embedding, max_position_embeddings } = this.config;
    const length = ids.shape[1]!;
    if (length > max_position_embeddings) {
      throw new RangeError(
        `mBART: ${length} tokens are more than max_position_embeddings, ${max_position_embeddings}`,
      );
    }
    const table = this.embed_positions.weight;
    const positions = start
      ? embedding(arange(length).add(start).add(positionOffset), table)
      : table.slice([positionOffset, positionOffset + length]);
    const tokens = embedding(ids, this.#tokens).mul(scale_embedding ? Math.sqrt(d_model) : 1);
    return this.dropout.forward(this.layernorm_embedding.forward(tokens.add(positions)));
  }
}

/** The encoder: ids [batch, source] → [batch, source, width]. */
class MBartEncoder extends MBartStack<MBartEncoderLayer> {
  readonly layers: MBartEncoderLayer[];

  constructor(config: MBartConfig, tokens: Variable) {
    super(config, tokens);
    this.layers = Array.from(
      { length: config.encoder_layers },
      () => new MBartEncoderLayer(config),
    );
  }

  forward(ids: Tensor, mask: Tensor): Tensor {
    const x = this.layers.reduce((x, layer) => layer.forward(x, mask), this.embed(ids));
    return this.layer_norm.forward(x);
  }
}

/** The decoder: ids [batch, target] and the encoder's output → [batch, target, width]. */
class MBartDecoder extends MBartStack<MBartDecoderLayer> {
  readonly layers: MBartDecoderLayer[];

  constructor(config: MBartConfig, tokens: Variable) {
    super(config, tokens);
    this.layers = Array.from(
      { length: config.decoder_layers },
      () => new MBartDecoderLayer(config),
    );
  }

  forward(ids: Tensor, memory: Tensor, sourceMask: Tensor): Tensor {
    const x = this.layers.reduce(
      (x, layer) => layer.forward(x, layer.encoder_attn.keysValues(memory), sourceMask),
      this.embed(ids),
    );
    return this.layer_norm.forward(x);
  }
}

/** mBART with its language-model head, which shares its matrix with the embeddings. */
export class MBartForConditionalGeneration extends Module {
  readonly config: MBartConfig;
  readonly model: {
    readonly shared: { readonly weight: Variable };
    readonly encoder: MBartEncoder;
    readonly decoder: MBartDecoder;
  };
  readonly final_logits_bias: Variable;

  constructor(settings: Partial<MBartConfig>) {
    super();
    const config = mbartConfig(settings);
    this.config = config;
    const weight = new Variable(
      normal([config.vocab_size, config.d_model], 0, config.d_model ** -0.5),
    );
    this.model = {
      shared: { weight },
      encoder: new MBartEncoder(config, weight),
      decoder: new MBartDecoder(config, weight),
    };
    this.final_logits_bias = buffer(zeros([1, config.vocab_size]));
  }

  /**
   * Logits for each target position.
   *
   * @param inputIds source tokens, i32 [batch, source]
   * @param attentionMask bool [batch, source], true for tokens, false for padding
   * @param decoderInputIds target tokens after the start token, i32 [batch, target]
   * @returns f32 [batch, target, vocab_size]
   */
  forward(inputIds: Tensor, attentionMask: Tensor, decoderInputIds: Tensor): Tensor {
    const mask = maskOfKeys(attentionMask);
    const memory = this.model.encoder.forward(inputIds, mask);
    return this.logits(this.model.decoder.forward(decoderInputIds, memory, mask));
  }

  /** Logits of the decoder's output. */
  logits(hidden: Tensor): Tensor {
    return linear(hidden, this.model.shared.weight, this.final_logits_bias.reshape(-1));
  }

  /**
   * How much each target position looks at each source token in the last decoder layer, mean over heads.
   *
   * @returns [batch, target, source]
   */
  crossAttention(inputIds: Tensor, attentionMask: Tensor, decoderInputIds: Tensor): Tensor {
    const { encoder, decoder } = this.model;
    const mask = maskOfKeys(attentionMask);
    const memory = encoder.forward(inputIds, mask);
    const last = decoder.layers[decoder.layers.length - 1]!;
    let x = decoder.embed(decoderInputIds);
    for (const layer of decoder.layers.slice(0, -1)) {
      x = layer.forward(x, layer.encoder_attn.keysValues(memory), mask);
    }
    const y = last.self_attn_layer_norm.forward(x);
    x = x.add(last.self_attn.forward(y, last.self_attn.keysValues(y), undefined, true));
    const queries = last.encoder_attn_layer_norm.forward(x);
    return last.encoder_attn.weights(queries, last.encoder_attn.keysValues(memory), mask).mean(1);
  }
}

/** [batch, keys] → [batch, 1, 1, keys]. */
export function maskOfKeys(attentionMask: Tensor): Tensor {
  const [batch, keys] = attentionMask.shape as [number, number];
  return attentionMask.reshape(batch, 1, 1, keys);
}

function feedForward(
  { fc1, fc2, config }: { fc1: Linear; fc2: Linear; config: MBartConfig },
  x: Tensor,
): Tensor {
  return fc2.forward(activations[config.activation_function](fc1.forward(x)));
}

/** A linear layer with Xavier-uniform weights and no bias to begin with. */
function projection(inFeatures: number, outFeatures: number): Linear {
  const layer = new Linear(inFeatures, outFeatures);
  layer.weight.assign(xavierUniform([outFeatures, inFeatures]));
  layer.bias!.assign(zeros([outFeatures]));
  return layer;
}
