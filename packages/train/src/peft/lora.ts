import { Dropout, init, linear, type Tensor, Variable, zeros } from '@llm/nn';
import { checkConfig, type LoraConfig } from './config.ts';
import { biasOf, weightOf } from './linear-like.ts';
import { AdapterLayer, type LayerTuner, type MergedWeights, type Target } from './tuner.ts';

/**
 * LoRA (Hu et al., 2022): y = W x + s · B A x with A [r, in] and B [out, r], s = alpha / r. With DoRA (Liu et al.,
 * 2024) the sum's rows are brought to learned lengths: W' = m · (W + s B A) / ‖W + s B A‖, the norms taken as
 * constants in the backward pass. Parameters are named as in PEFT's files.
 */
export class LoraLayer extends AdapterLayer {
  readonly lora_A: Variable;
  readonly lora_B: Variable;
  /** [out]; with DoRA. */
  readonly lora_magnitude_vector?: Variable;
  readonly dropout: Dropout;
  readonly scaling: number;
  readonly #target: Target;

  constructor(target: Target, config: Required<LoraConfig>) {
    super();
    const { inFeatures, outFeatures } = target.shape;
    const rank = fitting(target.path, config.rank_pattern) ?? config.r;
    const alpha = fitting(target.path, config.alpha_pattern) ?? config.lora_alpha;
    this.#target = target;
    this.scaling = alpha / (config.use_rslora ? Math.sqrt(rank) : rank);
    this.dropout = new Dropout(config.lora_dropout);
    const draw = (...shape: number[]) => init.kaimingUniform(shape, { a: Math.sqrt(5) });
    this.lora_A = new Variable(draw(rank, inFeatures));
    this.lora_B = new Variable(
      config.init_lora_weights ? zeros([outFeatures, rank]) : draw(outFeatures, rank),
    );
    if (config.use_dora) this.lora_magnitude_vector = new Variable(this.#rowLengths());
  }

  override fileEntries(): Record<string, Variable> {
    return {
      'lora_A.weight': this.lora_A,
      'lora_B.weight': this.lora_B,
      ...(this.lora_magnitude_vector && { lora_magnitude_vector: this.lora_magnitude_vector }),
    };
  }

  override forward(output: Tensor, input: Tensor, base: (x: Tensor) => Tensor): Tensor {
    const x = this.dropout.forward(input);
    const update = linear(linear(x, this.lora_A), this.lora_B).mul(this.scaling);
    if (!this.lora_magnitude_vector) return output.add(update);
    const scale = this.lora_magnitude_vector.div(this.#rowLengths().detach()); // [out]
    const isDropping = this.training && this.dropout.p > 0;
    const whole = isDropping ? base(x) : output;
    const bias = biasOf(this.#target.module);
    const product = bias ? whole.sub(bias) : whole; // W x without the bias
    return output.add(product.mul(scale.sub(1))).add(update.mul(scale));
  }

  override merge(): MergedWeights {
    const sum = this.#sum();
    const { lora_magnitude_vector: lengths } = this;
    const weight = lengths ? sum.mul(lengths.div(this.#rowLengths()).unsqueeze(-1)) : sum;
    return { weight: this.#target.shape.isTransposed ? weight.transpose() : weight };
  }

  /** W + s B A: [out, in]. */
  #sum(): Tensor {
    const { module, path, shape } = this.#target;
    const weight = weightOf(module, path);
    const update = this.lora_B.matmul(this.lora_A).mul(this.scaling);
    return (shape.isTransposed ? weight.transpose() : weight).add(update);
  }

  /** ‖W + s B A‖ of each row: [out]. */
  #rowLengths(): Tensor {
    return this.#sum().square().sum(-1).sqrt();
  }
}

const names = [
  'r',
  'lora_alpha',
  'lora_dropout',
  'use_rslora',
  'use_dora',
  'rank_pattern',
  'alpha_pattern',
  'init_lora_weights',
] as const;

/** The value of the first pattern that is the name or, after a dot, its end. */
function fitting(path: string, patterns: Readonly<Record<string, number>>): number | undefined {
  const found = Object.keys(patterns).find((pattern) =>
    new RegExp(`^(?:.*\\.)?(?:${pattern})$`, 'u').test(path),
  );
  return found === undefined ? undefined : patterns[found];
}

/** LoRA, rsLoRA and DoRA. */
export const loraTuner: LayerTuner<LoraConfig> = {
  resolve(config) {
    checkConfig(config, names);
    const { r = 8, lora_alpha = 8, lora_dropout = 0 } = config;
    const { rank_pattern = {}, alpha_pattern = {}, init_lora_weights = true } = config;
    if (typeof init_lora_weights !== 'boolean') {
      throw new TypeError(
        `LORA: init_lora_weights takes true and false: got ${JSON.stringify(init_lora_weights)}`,
      );
    }
    for (const [name, rank] of Object.entries({ r, ...rank_pattern })) {
      if (!Number.isInteger(rank) || rank < 1) {
        throw new RangeError(`LORA: rank ${name} must be a whole number from 1: got ${rank}`);
      }
    }
    return {
      ...config,
      r,
      lora_alpha,
      lora_dropout,
      use_rslora: config.use_rslora ?? false,
      use_dora: config.use_dora ?? false,
      rank_pattern,
      alpha_pattern,
      init_lora_weights,
    };
  },
  attach: (target, config) => new LoraLayer(target, config as Required<LoraConfig>),
};
