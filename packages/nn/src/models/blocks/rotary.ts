import { type Tensor, tensor, where } from '@llm/tensor';
import { type Frequencies, frequenciesOf, type RotarySettings } from './rotary-frequencies.ts';

/** Cosines and sines of the angles by which pairs of features are turned: [batch or 1, 1, positions, n/2]. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * Rotary positions (Su et al., 2021): position p turns pair i by p · θ^(−2i/n), with the scalings of
 * `modeling_rope_utils.py` of transformers for texts longer than those trained on.
 */
export class RotaryPositions {
  readonly #frequencies: Frequencies;

  constructor(settings: RotarySettings) {
    this.#frequencies = frequenciesOf(settings);
  }

  /** @param positions i32 [batch or 1, positions] */
  rotation(positions: Tensor): Rotation {
    const [batch, length] = positions.shape as readonly [number, number];
    const angles = positions.to('f32').reshape(batch, 1, length, 1).mul(this.#inverse(positions)); // [batch, 1, length, n/2]
    const { attentionFactor } = this.#frequencies;
    return { cos: angles.cos().mul(attentionFactor), sin: angles.sin().mul(attentionFactor) };
  }

  #inverse(positions: Tensor): Tensor {
    const { inverse, long, dynamic } = this.#frequencies;
    const base = tensor(inverse);
    if (!long && !dynamic) return base;
    const length = positions.max().add(1).to('f32');
    if (long) return where(length.gt(long.beyond), tensor(long.inverse), base);
    // θ grows with the length: θ · (f · L/M − (f − 1))^(n/(n−2)), so frequency i shrinks by that ^(−2i/n).
    const { factor, trained } = dynamic!;
    const growth = length
      .maximum(trained)
      .mul(factor / trained)
      .sub(factor - 1);
    const n = 2 * inverse.length;
    const exponents = Float32Array.from(inverse, (_, i) => (-2 * i) / (n - 2));
    return base.mul(growth.log().mul(tensor(exponents)).exp());
  }
}
