/** Where scaling starts, how it grows and shrinks: PyTorch's defaults of `GradScaler`. */
const initialScale = 65536;
const growthFactor = 2;
const backoffFactor = 0.5;
const growthInterval = 2000;
/** Below it the scale is not what makes gradients overflow. */
const lowestScale = 2 ** -16;

/** What a resumed run needs of a `LossScaler`. */
export interface LossScalerState {
  readonly scale: number;
  readonly growth_tracker: number;
  readonly skipped: number;
}

/**
 * Dynamic loss scaling, as PyTorch's `GradScaler`: the loss is multiplied by a large factor, so that small gradients do
 * not vanish in f16, and gradients are divided by it before they are used. Where they overflow the update is left out and
 * the factor halved; after 2000 updates in a row it is doubled.
 */
export class LossScaler {
  #scale = initialScale;
  #tracker = 0;
  #skipped = 0;

  /** The factor of the next step. */
  get scale(): number {
    return this.#scale;
  }

  /** Updates that were left out. */
  get skipped(): number {
    return this.#skipped;
  }

  /**
   * Takes whether a step's gradients were finite.
   *
   * @throws Error where they are not whatever the factor
   */
  update(finite: boolean): void {
    if (finite) {
      this.#tracker = (this.#tracker + 1) % growthInterval;
      if (this.#tracker === 0) this.#scale *= growthFactor;
      return;
    }
    this.#scale *= backoffFactor;
    this.#tracker = 0;
    this.#skipped++;
    if (this.#scale < lowestScale) {
      throw new Error(
        `Trainer: with fp16 gradients are not finite even at a loss scale of ${this.#scale}; use bf16, or find the operation that overflows`,
      );
    }
  }

  /** What a resumed run needs. */
  save(): LossScalerState {
    return { scale: this.#scale, growth_tracker: this.#tracker, skipped: this.#skipped };
  }

  /** Takes what `save` gave. @throws TypeError for other things */
  load({ scale, growth_tracker, skipped }: LossScalerState): void {
    if (!(scale > 0 && Number.isInteger(growth_tracker) && Number.isInteger(skipped))) {
      throw new TypeError('Trainer: the checkpoint holds no state of the loss scale');
    }
    this.#scale = scale;
    this.#tracker = growth_tracker;
    this.#skipped = skipped;
  }
}
