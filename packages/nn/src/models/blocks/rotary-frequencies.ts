/**
 * Frequencies of rotary positions: the scalings `default`, `linear`, `dynamic`, `yarn`, `longrope` and `llama3`
 * with the formulas of `modeling_rope_utils.py` of transformers.
 *
 * @module
 */
import type { Settings } from '../../pretrained/config.ts';

/** What the frequencies depend on, under the names of `config.json`. */
export interface RotarySettings {
  /** Features of a head that are turned. */
  readonly rotaryDim: number;
  readonly rope_theta: number;
  readonly max_position_embeddings: number;
  /** `{ rope_type, factor, … }`; null or absent for none. */
  readonly rope_scaling?: Settings | null | undefined;
  /** Length trained on, where the top level of the configuration names it (Phi-3). */
  readonly original_max_position_embeddings?: number | undefined;
}

/** Angles per position of each pair, and how they change with the length. */
export interface Frequencies {
  /** [rotaryDim / 2] */
  readonly inverse: Float32Array<ArrayBuffer>;
  /** Factor of cosines and sines. */
  readonly attentionFactor: number;
  /** Other frequencies for texts longer than `beyond`. */
  readonly long?: { readonly inverse: Float32Array<ArrayBuffer>; readonly beyond: number };
  /** θ grows for texts longer than `trained`. */
  readonly dynamic?: { readonly factor: number; readonly trained: number };
}

/** @throws Error for an unknown `rope_type` or a missing number. */
export function frequenciesOf(settings: RotarySettings): Frequencies {
  const { rope_scaling, max_position_embeddings } = settings;
  const inverse = plain(settings);
  const scaling = rope_scaling ?? {};
  const type = scaling.rope_type ?? scaling.type ?? 'default';
  const number = numbersOf(scaling);
  switch (type) {
    case 'default':
      return { inverse, attentionFactor: 1 };
    case 'linear':
      return { inverse: inverse.map((f) => f / number('factor')), attentionFactor: 1 };
    case 'dynamic':
      return {
        inverse,
        attentionFactor: 1,
        dynamic: { factor: number('factor'), trained: max_position_embeddings },
      };
    case 'llama3':
      return { inverse: llama3(inverse, number), attentionFactor: 1 };
    case 'yarn':
      return yarn(settings, inverse, scaling);
    case 'su':
    case 'longrope':
      return longrope(settings, inverse, scaling);
    default:
      throw new Error(
        `rope_scaling: rope_type ${JSON.stringify(type)} is not supported; supported: default, linear, dynamic, yarn, longrope, llama3`,
      );
  }
}

type Numbers = (name: string, fallback?: number) => number;

function numbersOf(scaling: Settings): Numbers {
  return (name, fallback) => {
    const value = scaling[name] ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new Error(`rope_scaling: ${name} is ${JSON.stringify(value)}, wants a number`);
    }
    return value;
  };
}

function plain({ rotaryDim, rope_theta }: RotarySettings): Float32Array<ArrayBuffer> {
  if (!Number.isInteger(rotaryDim / 2) || rotaryDim <= 0) {
    throw new RangeError(`rotary positions: wants an even number of features: got ${rotaryDim}`);
  }
  return Float32Array.from(
    { length: rotaryDim / 2 },
    (_, i) => 1 / Math.fround(rope_theta ** Math.fround((2 * i) / rotaryDim)),
  );
}

/** Low frequencies are slowed down, high ones kept, those between interpolated. */
function llama3(inverse: Float32Array<ArrayBuffer>, number: Numbers): Float32Array<ArrayBuffer> {
  const factor = number('factor');
  const [low, high] = [number('low_freq_factor', 1), number('high_freq_factor', 4)];
  const trained = number('original_max_position_embeddings', 8192);
  return inverse.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength < trained / high) return frequency;
    if (wavelength > trained / low) return frequency / factor;
    const smooth = (trained / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** Peng et al., 2023: a ramp between interpolated and kept frequencies, and warmer attention. */
function yarn(
  { rotaryDim, rope_theta, max_position_embeddings }: RotarySettings,
  inverse: Float32Array<ArrayBuffer>,
  scaling: Settings,
): Frequencies {
  const number = numbersOf(scaling);
  const factor = number('factor');
  const trained = Number(scaling.original_max_position_embeddings || max_position_embeddings);
  const warmth = (mscale: number) => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);
  const { mscale, mscale_all_dim, attention_factor } = scaling;
  const attentionFactor =
    typeof attention_factor === 'number'
      ? attention_factor
      : mscale && mscale_all_dim
        ? warmth(Number(mscale)) / warmth(Number(mscale_all_dim))
        : warmth(1);
  const dimensionOf = (rotations: number) =>
    (rotaryDim * Math.log(trained / (rotations * 2 * Math.PI))) / (2 * Math.log(rope_theta));
  const round = scaling.truncate !== false;
  const first = dimensionOf(Number(scaling.beta_fast || 32));
  const last = dimensionOf(Number(scaling.beta_slow || 1));
  const low = Math.max(round ? Math.floor(first) : first, 0);
  const end = Math.min(round ? Math.ceil(last) : last, rotaryDim - 1);
  const high = end === low ? end + 0.001 : end;
  const scaled = inverse.map((frequency, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)));
    return (frequency / factor) * ramp + frequency * (1 - ramp);
  });
  return { inverse: scaled, attentionFactor };
}

/** Ding et al., 2024: a factor per frequency, one list for short and one for long texts. */
function longrope(
  { max_position_embeddings, original_max_position_embeddings }: RotarySettings,
  inverse: Float32Array<ArrayBuffer>,
  scaling: Settings,
): Frequencies {
  const trained = original_max_position_embeddings ?? max_position_embeddings;
  const factor = original_max_position_embeddings
    ? max_position_embeddings / original_max_position_embeddings
    : numbersOf(scaling)('factor', 1);
  const given = scaling.attention_factor;
  const attentionFactor =
    typeof given === 'number'
      ? given
      : factor <= 1
        ? 1
        : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
  const divided = (name: 'short_factor' | 'long_factor') => {
    const factors = scaling[name];
    if (!Array.isArray(factors) || factors.length !== inverse.length) {
      throw new Error(
        `rope_scaling: ${name} wants ${inverse.length} numbers: got ${Array.isArray(factors) ? factors.length : JSON.stringify(factors)}`,
      );
    }
    return inverse.map((frequency, i) => frequency / factors[i]);
  };
  return {
    inverse: divided('short_factor'),
    attentionFactor,
    long: { inverse: divided('long_factor'), beyond: trained },
  };
}
