import { AdaLoraLayer } from './adalora-layer.ts';
import { type AdaLoraConfig, checkConfig } from './config.ts';
import { RankAllocation } from './rank-allocation.ts';
import { checkBudget } from './rank-budget.ts';
import type { LayerTuner } from './tuner.ts';

const names = [
  'init_r',
  'target_r',
  'tinit',
  'tfinal',
  'deltaT',
  'total_step',
  'beta1',
  'beta2',
  'orth_reg_weight',
  'lora_alpha',
  'lora_dropout',
  'init_lora_weights',
  'rank_pattern',
  'r',
];

/** AdaLoRA. */
export const adaLoraTuner: LayerTuner<AdaLoraConfig> = {
  resolve(config) {
    checkConfig(config, names);
    const resolved = {
      ...config,
      init_r: config.init_r ?? 12,
      target_r: config.target_r ?? 8,
      tinit: config.tinit ?? 0,
      tfinal: config.tfinal ?? 0,
      deltaT: config.deltaT ?? 1,
      beta1: config.beta1 ?? 0.85,
      beta2: config.beta2 ?? 0.85,
      orth_reg_weight: config.orth_reg_weight ?? 0.5,
      lora_alpha: config.lora_alpha ?? 8,
      lora_dropout: config.lora_dropout ?? 0,
      init_lora_weights: config.init_lora_weights ?? true,
      rank_pattern: config.rank_pattern ?? null,
    };
    checkBudget(resolved);
    return resolved;
  },
  attach: (target, config) => new AdaLoraLayer(target, config as Required<AdaLoraConfig>),
  join: (layers, config) =>
    new RankAllocation(
      layers as ReadonlyMap<string, AdaLoraLayer>,
      config as Required<AdaLoraConfig>,
    ),
};
