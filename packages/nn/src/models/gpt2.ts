/**
 * GPT-2 (Radford et al., 2019), after `modeling_gpt2.py` of transformers 4.56.
 *
 * @module
 */
import { split, type Tensor } from '@llm/tensor';
import { normal } from '../init.ts';
import { type ActivationName, activationOf } from '../layers/activations.ts';
import { Dropout } from '../layers/dropout.ts';
import { Embedding } from '../layers/embedding.ts';
import { LayerNorm } from '../layers/layer-norm.ts';
import { Module } from '../module/module.ts';
import { commonDefaults, type ModelConfig, supportOnly } from '../pretrained/config.ts';
import { defineFamily } from '../pretrained/family.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import type { BaseOutput } from '../pretrained/outputs.ts';
import type { CacheShape, DecoderBase } from '../tasks/causal-lm.ts';
import { attend } from './blocks/attend.ts';
import { checkLength, required } from './blocks/checks.ts';
import { type AttentionContext, type KeyValueCache, Recorder } from './blocks/context.ts';
import { causalContext, decoderTasks, newPositions } from './blocks/decoder.ts';
import { Conv1D } from './blocks/small-layers.ts';

/** `config.json` of GPT-2. */
export interface GPT2Config extends ModelConfig {
  readonly n_embd: number;
  readonly n_layer: number;
  readonly n_head: number;
  /** Width of the feed-forward layers; null for 4 · `n_embd`. */
  readonly n_inner: number | null;
  readonly n_positions: number;
  readonly activation_function: ActivationName;
  readonly resid_pdrop: number;
  readonly embd_pdrop: number;
  readonly attn_pdrop: number;
  readonly layer_norm_epsilon: number;
}

class Attention extends Module {
  /** Queries, keys and values side by side. */
  readonly c_attn: Conv1D;
  readonly c_proj: Conv1D;

  constructor(
    readonly config: GPT2Config,
    readonly layer: number,
  ) {
    super();
    const { n_embd } = config;
    this.c_attn = new Conv1D(3 * n_embd, n_embd);
    this.c_proj = new Conv1D(n_embd, n_embd);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const { n_head: heads, n_embd, attn_pdrop } = this.config;
    const [q, k, v] = split(this.c_attn.forward(x), n_embd, -1);
    const dropout = this.training ? attn_pdrop : 0;
    return this.c_proj.forward(attend(q!, k!, v!, { heads, dropout, layer: this.layer }, context));
  }
}

class Block extends Module {
  readonly ln_1: LayerNorm;
  readonly attn: Attention;
  readonly ln_2: LayerNorm;
  readonly mlp: { readonly c_fc: Conv1D; readonly c_proj: Conv1D };
  readonly dropout: Dropout;

  constructor(
    readonly config: GPT2Config,
    layer: number,
  ) {
    super();
    const { n_embd, n_inner, layer_norm_epsilon: eps } = config;
    const inner = n_inner ?? 4 * n_embd;
    this.ln_1 = new LayerNorm(n_embd, { eps });
    this.attn = new Attention(config, layer);
    this.ln_2 = new LayerNorm(n_embd, { eps });
    this.mlp = { c_fc: new Conv1D(inner, n_embd), c_proj: new Conv1D(n_embd, inner) };
    this.dropout = new Dropout(config.resid_pdrop);
  }

  forward(x: Tensor, context: AttentionContext): Tensor {
    const attended = this.attn.forward(this.ln_1.forward(x), context);
    x = x.add(this.dropout.forward(attended));
    const { c_fc, c_proj } = this.mlp;
    const inner = activationOf(this.config.activation_function)(c_fc.forward(this.ln_2.forward(x)));
    return x.add(this.dropout.forward(c_proj.forward(inner)));
  }
}

/** GPT-2 without a head. */
export class GPT2Model extends PreTrainedModel implements DecoderBase {
  readonly inputNames = ['input_ids', 'attention_mask', 'position_ids', 'inputs_embeds'] as const;
  readonly wte: Embedding;
  readonly wpe: Embedding;
  readonly drop: Dropout;
  readonly h: Block[];
  readonly ln_f: LayerNorm;

  constructor(override readonly config: GPT2Config) {
    super(config);
    const { n_embd, n_layer, n_positions } = config;
    this.wte = new Embedding(config.vocab_size, n_embd);
    this.wpe = new Embedding(n_positions, n_embd);
    this.drop = new Dropout(config.embd_pdrop);
    this.h = Array.from({ length: n_layer }, (_, layer) => new Block(config, layer));
    this.ln_f = new LayerNorm(n_embd, { eps: config.layer_norm_epsilon });
  }

  get cacheShape(): CacheShape {
    const { n_layer: layers, n_head: heads, n_embd, n_positions: positions } = this.config;
    return { layers, heads, headDim: n_embd / heads, positions };
  }

  forward(inputs: ModelInputs, cache?: KeyValueCache): BaseOutput {
    const tensors = this.tensors(inputs);
    const words = tensors.inputs_embeds ?? this.wte.forward(required(tensors.input_ids));
    checkLength(this.config.model_type, words, this.config.n_positions);
    const positions = tensors.position_ids ?? newPositions(words, cache);
    const recorder = new Recorder(tensors);
    const context = causalContext(tensors, recorder, cache);
    let x = this.drop.forward(words.add(this.wpe.forward(positions)));
    for (const block of this.h) x = block.forward(recorder.see(x), context);
    const last_hidden_state = recorder.see(this.ln_f.forward(x));
    return { last_hidden_state, ...recorder.recorded };
  }
}

/** GPT-2 and its heads. */
export const gpt2 = defineFamily<GPT2Config>({
  model_type: 'gpt2',
  className: 'GPT2',
  prefix: 'transformer',
  defaults: {
    ...commonDefaults,
    model_type: 'gpt2',
    vocab_size: 50257,
    n_embd: 768,
    n_layer: 12,
    n_head: 12,
    n_inner: null,
    n_positions: 1024,
    activation_function: 'gelu_new',
    resid_pdrop: 0.1,
    embd_pdrop: 0.1,
    attn_pdrop: 0.1,
    layer_norm_epsilon: 1e-5,
    bos_token_id: 50256,
    eos_token_id: 50256,
  },
  resolve: (config) => {
    supportOnly(config, 'scale_attn_weights', true, undefined);
    supportOnly(config, 'scale_attn_by_inverse_layer_idx', false, undefined);
    supportOnly(config, 'reorder_and_upcast_attn', false, undefined);
    supportOnly(config, 'add_cross_attention', false, undefined);
    return config;
  },
  // Older checkpoints store the causal mask.
  rename: (name) => (/\.attn\.(bias|masked_bias)$/.test(name) ? undefined : name),
  // The projections into the residual stream start smaller, by √(2 · layers).
  initialize: (module, { n_layer, initializer_range: std }) => {
    for (const [name, weight] of module.namedParameters()) {
      if (name.endsWith('c_proj.weight')) {
        weight.assign(normal(weight.shape, 0, std / Math.sqrt(2 * n_layer)));
      } else if (/c_(attn|fc)\.weight$/.test(name)) weight.assign(normal(weight.shape, 0, std));
    }
  },
  tasks: decoderTasks((config: GPT2Config) => new GPT2Model(config), {
    prefix: 'transformer',
    width: ({ n_embd }) => n_embd,
    table: ({ wte }) => wte.weight,
    classifierDropout: () => 0.1,
    tokenClassifier: 'classifier',
  }),
});
