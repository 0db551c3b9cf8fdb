/**
 * The decoder of Llama and its many relatives: RMS norms before each sublayer, rotary positions, grouped heads,
 * gated feed-forward layers. What differs between families is in `RotaryDecoderVariant`.
 *
 * @module
 */
import { split, type Tensor } from '@llm/tensor';
import { type ActivationName, activationOf } from '../../layers/activations.ts';
import { Embedding } from '../../layers/embedding.ts';
import { Linear } from '../../layers/linear.ts';
import { RMSNorm } from '../../layers/rms-norm.ts';
import { Module, type UnaryModule } from '../../module/module.ts';
import type { ModelConfig, Settings } from '../../pretrained/config.ts';
import type { ModelInputs } from '../../pretrained/inputs.ts';
import { PreTrainedModel } from '../../pretrained/model.ts';
import type { BaseOutput } from '../../pretrained/outputs.ts';
import type { CacheShape, DecoderBase } from '../../tasks/causal-lm.ts';
import { attend } from './attend.ts';
import { required } from './checks.ts';
import { type AttentionContext, type KeyValueCache, Recorder } from './context.ts';
import { causalContext, newPositions } from './decoder.ts';
import { RotaryPositions, type Rotation } from './rotary.ts';
import { GatedMLP, OffsetRMSNorm } from './small-layers.ts';

/** Settings that these families share. */
export interface RotaryDecoderConfig extends ModelConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  /** Width of a head; null for `hidden_size / num_attention_heads`. */
  readonly head_dim?: number | null | undefined;
  readonly hidden_act: ActivationName;
  readonly max_position_embeddings: number;
  readonly rms_norm_eps: number;
  readonly rope_theta: number;
  readonly rope_scaling: Settings | null;
  readonly attention_dropout: number;
  /** Share of a head that is turned. */
  readonly partial_rotary_factor?: number;
  /** Length trained on, where the scaling does not hold it (Phi-3). */
  readonly original_max_position_embeddings?: number;
}

/** What differs between the families. */
export interface RotaryDecoderVariant {
  /** Whether queries, keys and values have biases. */
  readonly projectionBias: boolean;
  /** Whether the output projection of attention has one. */
  readonly outputBias: boolean;
  /** Whether the feed-forward layers have them. */
  readonly feedForwardBias?: boolean;
  /** Whether projections are stored side by side: `qkv_proj`, `gate_up_proj` (Phi-3). */
  readonly isFused?: boolean;
  /** Whether each head of queries and keys is normalized. */
  readonly normalizesHeads?: boolean;
  /** Gemma's norms, (1 + weight), one more after each sublayer, and embeddings times √width. */
  readonly isGemma?: boolean;
  /** Whether `inputs_embeds` too are multiplied by √width: in Gemma 2; the table of Gemma 3 does it. */
  readonly scalesVectors?: boolean;
  /** Factor of the scores. Default 1 / √headDim. */
  readonly scale?: number;
  /** Soft cap of the scores. */
  readonly softcap?: number | undefined;
  /** How many positions a layer's queries see; undefined for all. */
  readonly window: (layer: number) => number | undefined;
  /** θ and scaling of layers with a window, where they differ. */
  readonly localTheta?: number;
}

const headDimOf = ({ head_dim, hidden_size, num_attention_heads }: RotaryDecoderConfig) =>
  head_dim ?? hidden_size / num_attention_heads;

function makeNorm(
  { rms_norm_eps: eps }: RotaryDecoderConfig,
  { isGemma }: RotaryDecoderVariant,
  width: number,
): UnaryModule {
  return isGemma ? new OffsetRMSNorm(width, eps) : new RMSNorm(width, { eps });
}

class Attention extends Module {
  readonly q_proj?: Linear;
  readonly k_proj?: Linear;
  readonly v_proj?: Linear;
  readonly qkv_proj?: Linear;
  readonly o_proj: Linear;
  readonly q_norm?: UnaryModule;
  readonly k_norm?: UnaryModule;

  constructor(
    readonly config: RotaryDecoderConfig,
    readonly variant: RotaryDecoderVariant,
    readonly layer: number,
  ) {
    super();
    const { hidden_size, num_attention_heads: heads, num_key_value_heads: shared } = config;
    const headDim = headDimOf(config);
    const bias = variant.projectionBias;
    if (variant.isFused) {
      this.qkv_proj = new Linear(hidden_size, (heads + 2 * shared) * headDim, { bias });
    } else {
      this.q_proj = new Linear(hidden_size, heads * headDim, { bias });
      this.k_proj = new Linear(hidden_size, shared * headDim, { bias });
      this.v_proj = new Linear(hidden_size, shared * headDim, { bias });
    }
    this.o_proj = new Linear(heads * headDim, hidden_size, { bias: variant.outputBias });
    if (variant.normalizesHeads) {
      this.q_norm = makeNorm(config, variant, headDim);
      this.k_norm = makeNorm(config, variant, headDim);
    }
  }

  forward(x: Tensor, rotation: Rotation, context: AttentionContext): Tensor {
    const { num_attention_heads: heads, num_key_value_heads, attention_dropout } = this.config;
    const { softcap, window, scale } = this.variant;
    const [q, k, v] = this.#project(x);
    const attended = attend(
      q,
      k,
      v,
      {
        heads,
        keyValueHeads: num_key_value_heads,
        layer: this.layer,
        dropout: this.training ? attention_dropout : 0,
        ...(scale !== undefined && { scale }),
        softcap,
        window: window(this.layer),
        queryNorm: this.q_norm,
        keyNorm: this.k_norm,
        rotation,
      },
      context,
    );
    return this.o_proj.forward(attended);
  }

  #project(x: Tensor): readonly [Tensor, Tensor, Tensor] {
    const { qkv_proj, q_proj, k_proj, v_proj, config } = this;
    if (!qkv_proj) return [q_proj!.forward(x), k_proj!.forward(x), v_proj!.forward(x)];
    const headDim = headDimOf(config);
    const [own, shared] = [
      config.num_attention_heads * headDim,
      config.num_key_value_heads * headDim,
    ];
    const [q, k, v] = split(qkv_proj.forward(x), [own, shared, shared], -1);
    return [q!, k!, v!];
  }
}

/** down(f(gate x) · up x) with gate and up stored side by side. */
class FusedMLP extends Module {
  readonly gate_up_proj: Linear;
  readonly down_proj: Linear;

  constructor(readonly config: RotaryDecoderConfig) {
    super();
    const { hidden_size, intermediate_size } = config;
    this.gate_up_proj = new Linear(hidden_size, 2 * intermediate_size, { bias: false });
    this.down_proj = new Linear(intermediate_size, hidden_size, { bias: false });
  }

  forward(x: Tensor): Tensor {
    const [gate, up] = split(this.gate_up_proj.forward(x), this.config.intermediate_size, -1);
    return this.down_proj.forward(activationOf(this.config.hidden_act)(gate!).mul(up!));
  }
}

class DecoderLayer extends Module {
  readonly self_attn: Attention;
  readonly mlp: UnaryModule;
  readonly input_layernorm: UnaryModule;
  readonly post_attention_layernorm: UnaryModule;
  readonly pre_feedforward_layernorm?: UnaryModule;
  readonly post_feedforward_layernorm?: UnaryModule;

  constructor(config: RotaryDecoderConfig, variant: RotaryDecoderVariant, layer: number) {
    super();
    const { hidden_size, intermediate_size, hidden_act } = config;
    const { isFused, isGemma, feedForwardBias } = variant;
    this.self_attn = new Attention(config, variant, layer);
    this.mlp = isFused
      ? new FusedMLP(config)
      : new GatedMLP(hidden_size, intermediate_size, hidden_act, feedForwardBias);
    this.input_layernorm = makeNorm(config, variant, hidden_size);
    this.post_attention_layernorm = makeNorm(config, variant, hidden_size);
    if (isGemma) {
      this.pre_feedforward_layernorm = makeNorm(config, variant, hidden_size);
      this.post_feedforward_layernorm = makeNorm(config, variant, hidden_size);
    }
  }

  forward(x: Tensor, rotation: Rotation, context: AttentionContext): Tensor {
    const { pre_feedforward_layernorm: before, post_feedforward_layernorm: after } = this;
    const attended = this.self_attn.forward(this.input_layernorm.forward(x), rotation, context);
    if (!before || !after) {
      x = x.add(attended);
      return x.add(this.mlp.forward(this.post_attention_layernorm.forward(x)));
    }
    x = x.add(this.post_attention_layernorm.forward(attended));
    return x.add(after.forward(this.mlp.forward(before.forward(x))));
  }
}

/** The model without a head. */
export class RotaryDecoder<Config extends RotaryDecoderConfig = RotaryDecoderConfig>
  extends PreTrainedModel
  implements DecoderBase
{
  readonly inputNames = ['input_ids', 'attention_mask', 'position_ids', 'inputs_embeds'] as const;
  readonly embed_tokens: Embedding;
  readonly layers: DecoderLayer[];
  readonly norm: UnaryModule;
  readonly #variant: RotaryDecoderVariant;
  readonly #rotary: RotaryPositions;
  readonly #localRotary: RotaryPositions | undefined;

  constructor(
    override readonly config: Config,
    variant: RotaryDecoderVariant,
  ) {
    super(config);
    const { vocab_size, hidden_size, num_hidden_layers, pad_token_id } = config;
    const padding = pad_token_id === null || pad_token_id < 0 || pad_token_id >= vocab_size;
    this.embed_tokens = new Embedding(
      vocab_size,
      hidden_size,
      padding ? {} : { padding_idx: pad_token_id },
    );
    this.layers = Array.from(
      { length: num_hidden_layers },
      (_, layer) => new DecoderLayer(config, variant, layer),
    );
    this.norm = makeNorm(config, variant, hidden_size);
    this.#variant = variant;
    const rotaryDim = Math.floor(headDimOf(config) * (config.partial_rotary_factor ?? 1));
    this.#rotary = new RotaryPositions({ ...config, rotaryDim });
    if (variant.localTheta !== undefined) {
      const settings = { ...config, rotaryDim, rope_theta: variant.localTheta, rope_scaling: null };
      this.#localRotary = new RotaryPositions(settings);
    }
  }

  get cacheShape(): CacheShape {
    const { num_hidden_layers: layers, num_key_value_heads: heads } = this.config;
    return { layers, heads, headDim: headDimOf(this.config) };
  }

  forward(inputs: ModelInputs, cache?: KeyValueCache): BaseOutput {
    const tensors = this.tensors(inputs);
    const words = tensors.inputs_embeds ?? this.embed_tokens.forward(required(tensors.input_ids));
    const positions = tensors.position_ids ?? newPositions(words, cache);
    const global = this.#rotary.rotation(positions);
    const local = this.#localRotary?.rotation(positions) ?? global;
    const recorder = new Recorder(tensors);
    const context = causalContext(tensors, recorder, cache);
    const { isGemma, scalesVectors, window } = this.#variant;
    let x = words.to('f32');
    if (isGemma && (scalesVectors || !tensors.inputs_embeds))
      x = x.mul(Math.fround(Math.sqrt(this.config.hidden_size)));
    for (const [i, layer] of this.layers.entries()) {
      const rotation = window(i) === undefined ? global : local;
      x = layer.forward(recorder.see(x), rotation, context);
    }
    const last_hidden_state = recorder.see(this.norm.forward(x));
    return { last_hidden_state, ...recorder.recorded };
  }
}
