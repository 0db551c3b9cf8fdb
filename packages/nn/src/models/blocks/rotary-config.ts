/**
 * Settings of rotary decoders: defaults, newer and older names, and which layers have a window.
 *
 * @module
 */
import { commonDefaults, type Settings } from '../../pretrained/config.ts';
import type { RotaryDecoderConfig } from './rotary-decoder.ts';

/** Defaults that these families share. */
export const rotaryDefaults = {
  ...commonDefaults,
  tie_word_embeddings: false,
  // Filled in from `num_attention_heads` where a configuration leaves it out.
  num_key_value_heads: 0,
  // Absent, not null: Python computes an absent one for every family, null only for some.
  head_dim: undefined,
  hidden_act: 'silu',
  max_position_embeddings: 2048,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  rope_scaling: null,
  attention_dropout: 0,
} as const;

/** Which layers see a window only: by `layer_types`, where the configuration lists them. */
export interface LayerTypes {
  readonly layer_types?: readonly string[] | null;
  readonly sliding_window?: number | null;
}

/** Fills in what depends on other settings; reads `rope_parameters`, as transformers 5 writes them. */
export function resolveRotary<Config extends RotaryDecoderConfig>(config: Config): Config {
  const given = (config as Settings).rope_parameters as Settings | undefined;
  const parameters = (given?.full_attention as Settings | undefined) ?? given;
  const scaled = parameters?.rope_type !== undefined && parameters.rope_type !== 'default';
  const theta = parameters?.rope_theta;
  const share = parameters?.partial_rotary_factor;
  return {
    ...config,
    num_key_value_heads: config.num_key_value_heads || config.num_attention_heads,
    ...(typeof theta === 'number' && { rope_theta: theta }),
    ...(typeof share === 'number' && { partial_rotary_factor: share }),
    ...(scaled && { rope_scaling: parameters }),
  };
}

/** The window of a layer, by `layer_types`. @throws Error for an unknown type of layer. */
export function windowByType({ layer_types, sliding_window }: LayerTypes) {
  return (layer: number): number | undefined => {
    const type = layer_types?.[layer] ?? 'full_attention';
    if (type === 'full_attention') return undefined;
    if (type === 'sliding_attention') return sliding_window ?? undefined;
    throw new Error(
      `layer_types: ${JSON.stringify(type)} is not supported; supported: full_attention, sliding_attention`,
    );
  };
}
