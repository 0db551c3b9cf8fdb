import { buffer, Dropout, init, linear, ones, type Tensor, Variable, where, zeros } from '@llm/nn';
import type { AdaLoraConfig } from './config.ts';
import { Importance, type Smoothing } from './importance.ts';
import { weightOf } from './linear-like.ts';
import { AdapterLayer, type MergedWeights, type Target } from './tuner.ts';

/**
 * AdaLoRA's update of one layer (Zhang et al., 2023): y = W x + s · B (E ∘ A x) with A [r, in], E [r, 1], B [out, r],
 * and s = alpha / (r + 1e-5) as in PEFT. Elements of E that are dropped are zero. Parameters are named as in its files.
 */
export class AdaLoraLayer extends AdapterLayer {
  /** [r, in] */
  readonly lora_A: Variable;
  /** [out, r] */
  readonly lora_B: Variable;
  /** [r, 1] */
  readonly lora_E: Variable;
  /** 1 where a rank is kept, 0 where it is dropped: [r, 1]. */
  readonly kept: Variable;
  readonly importance_A: Importance;
  readonly importance_B: Importance;
  readonly importance_E: Importance;
  readonly dropout: Dropout;
  readonly scaling: number;
  readonly #target: Target;

  constructor(target: Target, config: Required<AdaLoraConfig>) {
    super();
    const { inFeatures, outFeatures } = target.shape;
    const { init_r: rank, lora_alpha: alpha, init_lora_weights: isZero } = config;
    this.#target = target;
    this.scaling = (alpha > 0 ? alpha : rank) / (rank + 1e-5);
    this.dropout = new Dropout(config.lora_dropout);
    const std = isZero ? 0.02 : 1;
    this.lora_A = new Variable(init.normal([rank, inFeatures], 0, std));
    this.lora_B = new Variable(init.normal([outFeatures, rank], 0, std));
    this.lora_E = new Variable(isZero ? zeros([rank, 1]) : init.normal([rank, 1]));
    this.kept = buffer(ones([rank, 1]));
    this.importance_A = new Importance(this.lora_A.shape);
    this.importance_B = new Importance(this.lora_B.shape);
    this.importance_E = new Importance(this.lora_E.shape);
  }

  override fileEntries(): Record<'lora_A' | 'lora_B' | 'lora_E', Variable> {
    return { lora_A: this.lora_A, lora_B: this.lora_B, lora_E: this.lora_E };
  }

  override forward(output: Tensor, input: Tensor): Tensor {
    const x = this.dropout.forward(input);
    const update = linear(linear(x, this.lora_A.mul(this.lora_E)), this.lora_B);
    return output.add(update.mul(this.scaling));
  }

  override merge(): MergedWeights {
    const { module, path, shape } = this.#target;
    const update = this.lora_B.matmul(this.lora_A.mul(this.lora_E)).mul(this.scaling); // [out, in]
    return { weight: weightOf(module, path).add(shape.isTransposed ? update.transpose() : update) };
  }

  /** What training keeps near orthonormal rows: A [r, in] and Bᵀ [r, out]. */
  orthonormal(): Tensor[] {
    return [this.lora_A, this.lora_B.transpose()];
  }

  /**
   * Takes a step's gradients into the importance.
   *
   * @param clipped a gradient as the step took it
   * @param counts bool scalar: whether the step does
   */
  measure(clipped: (gradient: Tensor) => Tensor, counts: Tensor, smoothing: Smoothing): void {
    const { lora_A, lora_B, lora_E } = this;
    const measured = [
      [lora_A, this.importance_A],
      [lora_B, this.importance_B],
      [lora_E, this.importance_E],
    ] as const;
    for (const [parameter, importance] of measured) {
      const { grad } = parameter;
      if (grad) importance.update(parameter, clipped(grad.to('f32')), counts, smoothing);
    }
  }

  /** The importance of each rank: of its element of E, and the means of its row of A and its column of B: [r]. */
  rankScores(): Tensor {
    const vectors = this.importance_A.score().mean(1).add(this.importance_B.score().mean(0));
    return this.importance_E.score().reshape(-1).add(vectors);
  }

  /**
   * Sets elements of E to zero where ranks are not kept.
   *
   * @param kept 1 or 0 for each, [r, 1]
   * @param masks bool scalar: whether to
   */
  keep(kept: Tensor, masks: Tensor): void {
    this.lora_E.assign(where(masks.logicalAnd(kept.lt(0.5)), 0, this.lora_E));
    this.kept.assign(kept);
  }
}
