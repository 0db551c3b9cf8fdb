import { checkConfig, type LNTuningConfig } from './config.ts';
import type { WholeTuner } from './tuner.ts';

/**
 * Tuning of normalizations alone (Zhao et al., 2023): each adapter has its own weights and biases of the layers named,
 * a copy of the model's at first. It costs nothing beside the model, merged or not.
 */
export const lnTuningTuner: WholeTuner<LNTuningConfig> = {
  fileSegment: 'ln_tuning_layers',
  resolve(config) {
    checkConfig(config, []);
    if (config.target_modules !== 'all-linear') return config;
    throw new TypeError(
      "LN_TUNING: target_modules wants names of normalizations or a pattern of them: got 'all-linear'",
    );
  },
};
