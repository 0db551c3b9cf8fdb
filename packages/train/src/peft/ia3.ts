import { init, ones, type Tensor, Variable } from '@llm/nn';
import { checkConfig, type IA3Config, matches } from './config.ts';
import { biasOf, weightOf } from './linear-like.ts';
import { AdapterLayer, type LayerTuner, type MergedWeights, type Target } from './tuner.ts';

/** (IA)³ (Liu et al., 2022): outputs, or the inputs of feed-forward layers, times learned factors. */
export class IA3Layer extends AdapterLayer {
  /** [out, 1] for outputs, [1, in] for inputs. */
  readonly ia3_l: Variable;
  readonly isFeedforward: boolean;
  readonly #target: Target;

  constructor(target: Target, config: IA3Config) {
    super();
    this.#target = target;
    this.isFeedforward = matches(target.path, config.feedforward_modules ?? []);
    const { inFeatures, outFeatures } = target.shape;
    const shape = this.isFeedforward ? [1, inFeatures] : [outFeatures, 1];
    this.ia3_l = new Variable((config.init_ia3_weights ?? true) ? ones(shape) : init.normal(shape));
  }

  override fileEntries(): Record<string, Variable> {
    return { ia3_l: this.ia3_l };
  }

  override forward(output: Tensor, input: Tensor, base: (x: Tensor) => Tensor): Tensor {
    const factors = this.ia3_l.reshape(-1);
    // The output without factors is dead then, and is never computed.
    return this.isFeedforward ? base(input.mul(factors)) : output.mul(factors);
  }

  override merge(): MergedWeights {
    const { module, path, shape } = this.#target;
    const factors = shape.isTransposed ? this.ia3_l.transpose() : this.ia3_l;
    const weight = weightOf(module, path).mul(factors);
    const bias = biasOf(module);
    if (!bias || this.isFeedforward) return { weight };
    return { weight, bias: bias.mul(this.ia3_l.reshape(-1)) };
  }
}

/** (IA)³. */
export const ia3Tuner: LayerTuner<IA3Config> = {
  resolve(config) {
    checkConfig(config, ['feedforward_modules', 'init_ia3_weights']);
    return {
      ...config,
      feedforward_modules: config.feedforward_modules ?? [],
      init_ia3_weights: config.init_ia3_weights ?? true,
    };
  },
  attach: (target, config) => new IA3Layer(target, config),
};
