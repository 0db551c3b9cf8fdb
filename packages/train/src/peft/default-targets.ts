import { type Module, PreTrainedModel } from '@llm/nn';
import type { PeftConfig, PromptTuningConfig } from './config.ts';

/** Layers that LoRA changes where none are named, as peft 0.17 has them. */
const lora: Readonly<Record<string, readonly string[]>> = {
  t5: ['q', 'v'],
  mt5: ['q', 'v'],
  bart: ['q_proj', 'v_proj'],
  gpt2: ['c_attn'],
  bert: ['query', 'value'],
  roberta: ['query', 'value'],
  'xlm-roberta': ['query', 'value'],
  electra: ['query', 'value'],
  llama: ['q_proj', 'v_proj'],
  mistral: ['q_proj', 'v_proj'],
  gemma2: ['q_proj', 'v_proj'],
  gemma3_text: ['q_proj', 'v_proj'],
  qwen2: ['q_proj', 'v_proj'],
  qwen3: ['q_proj', 'v_proj'],
};

/** The same for AdaLoRA. */
const adalora: Readonly<Record<string, readonly string[]>> = {
  t5: ['q', 'k', 'v', 'o', 'wi', 'wo'],
  mt5: ['q', 'k', 'v', 'o', 'wi_0', 'wi_1', 'wo'],
  bart: ['q_proj', 'k_proj', 'v_proj', 'out_proj', 'fc1', 'fc2'],
  gpt2: ['c_attn'],
  bert: ['query', 'value'],
  roberta: ['query', 'key', 'value', 'dense'],
  llama: ['q_proj', 'v_proj'],
  gemma2: ['q_proj', 'v_proj'],
  gemma3_text: ['q_proj', 'v_proj'],
  qwen2: ['q_proj', 'v_proj'],
  qwen3: ['q_proj', 'v_proj'],
};

/** The same for (IA)³; the last ones are the feed-forward layers, as many as the number says. */
const ia3: Readonly<Record<string, readonly [targets: readonly string[], feedforward: number]>> = {
  t5: [['k', 'v', 'wo'], 1],
  mt5: [['k', 'v', 'wi_1'], 0],
  gpt2: [['c_attn', 'mlp.c_proj'], 1],
  roberta: [['key', 'value', 'output.dense'], 1],
  bart: [['q_proj', 'v_proj', 'fc2'], 1],
  llama: [['k_proj', 'v_proj', 'down_proj'], 1],
  mistral: [['k_proj', 'v_proj', 'down_proj'], 1],
  bert: [['key', 'value', 'output.dense'], 1],
  gemma2: [['q_proj', 'v_proj', 'down_proj'], 1],
  gemma3_text: [['q_proj', 'v_proj', 'down_proj'], 1],
  qwen2: [['q_proj', 'v_proj', 'down_proj'], 1],
  qwen3: [['q_proj', 'v_proj', 'down_proj'], 1],
};

/** The normalizations that LN_TUNING changes. */
const norms: Readonly<Record<string, readonly string[]>> = {
  t5: ['layer_norm', 'final_layer_norm'],
  mt5: ['layer_norm', 'final_layer_norm'],
  bart: ['self_attn_layer_norm', 'encoder_attn_layer_norm', 'final_layer_norm'],
  gpt2: ['ln_1', 'ln_2', 'ln_f'],
  llama: ['input_layernorm', 'post_attention_layernorm', 'norm'],
  mistral: ['input_layernorm', 'post_attention_layernorm', 'norm'],
  gemma2: [
    'input_layernorm',
    'post_attention_layernorm',
    'pre_feedforward_layernorm',
    'post_feedforward_layernorm',
    'norm',
  ],
  gemma3_text: [
    'input_layernorm',
    'post_attention_layernorm',
    'pre_feedforward_layernorm',
    'post_feedforward_layernorm',
    'norm',
  ],
  qwen2: ['post_attention_layernorm'],
  qwen3: ['post_attention_layernorm'],
};

/** Settings of the methods that change layers. */
export type TargetingConfig = Exclude<PeftConfig, PromptTuningConfig>;

/** Settings whose layers are named. */
export type TargetedConfig = TargetingConfig & {
  readonly target_modules: readonly string[] | string;
};

/**
 * Settings with layers named: those given, or the usual ones of the model's family.
 *
 * @throws TypeError for a model without usual ones
 */
export function withTargets(config: TargetingConfig, model: Module): TargetedConfig {
  const { target_modules } = config;
  if (target_modules !== undefined && target_modules !== null) return { ...config, target_modules };
  const type = model instanceof PreTrainedModel ? model.config.model_type : undefined;
  const table: Readonly<Record<string, unknown>> = {
    LORA: lora,
    ADALORA: adalora,
    IA3: ia3,
    LN_TUNING: norms,
  }[config.peft_type];
  if (type === undefined || !Object.hasOwn(table, type)) {
    throw new TypeError(
      `peft: ${type ?? model.constructor.name} has no usual target_modules for ${config.peft_type}; name them${config.peft_type === 'LN_TUNING' ? '' : ", or take 'all-linear'"} (known are ${Object.keys(table).join(', ')})`,
    );
  }
  if (config.peft_type === 'LORA') return { ...config, target_modules: lora[type]! };
  if (config.peft_type === 'ADALORA') return { ...config, target_modules: adalora[type]! };
  if (config.peft_type === 'LN_TUNING') return { ...config, target_modules: norms[type]! };
  const [targets, feedforward] = ia3[type]!;
  return {
    ...config,
    target_modules: targets,
    feedforward_modules: config.feedforward_modules ?? targets.slice(targets.length - feedforward),
  };
}
