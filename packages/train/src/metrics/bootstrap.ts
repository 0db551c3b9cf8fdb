import { checkOptions, hostBits } from '@llm/nn';
import { checkPairs } from './labels.ts';

/** Options of `bootstrap`. */
export interface BootstrapOptions {
  /** How often the examples are drawn again. Default 1000. */
  readonly samples?: number;
  /** Share of the draws that lie inside the interval. Default 0.95. */
  readonly confidence?: number;
  /** Seed of the draws. Default 12345. */
  readonly seed?: number;
}

/** A score with what it may have been on other data of the kind. */
export interface BootstrapResult {
  /** Score of all examples. */
  readonly score: number;
  /** Lower end of the interval. */
  readonly lower: number;
  /** Upper end of the interval. */
  readonly upper: number;
  /** Standard deviation of the draws. */
  readonly standardError: number;
}

/**
 * A confidence interval of any metric by the percentile bootstrap (Efron, 1979): the metric of examples drawn with
 * replacement, many times; the interval leaves the same share of draws out at both ends.
 *
 * @param metric a score of predictions against references, such as `accuracy`, or `(p, r) => corpusBleu(p, r).score`
 * @throws RangeError where the counts differ or are 0, for a useless option, or where the metric gives NaN for a draw
 */
export function bootstrap<Prediction, Reference>(
  metric: (predictions: Prediction[], references: Reference[]) => number,
  predictions: readonly Prediction[],
  references: readonly Reference[],
  options: BootstrapOptions = {},
): BootstrapResult {
  checkOptions('bootstrap', options, ['samples', 'confidence', 'seed']);
  const { samples = 1000, confidence = 0.95, seed = 12345 } = options;
  if (!Number.isInteger(samples) || samples < 2) {
    throw new RangeError(`bootstrap: samples must be a whole number from 2: got ${samples}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`bootstrap: confidence must be in (0, 1): got ${confidence}`);
  }
  checkPairs('bootstrap', predictions, references);
  const count = predictions.length;
  const scores = Float64Array.from({ length: samples }, (_, sample) => {
    const bits = hostBits({ seed, position: sample, draw: 0 }, count);
    const drawn = Array.from(bits, (bit) => Math.floor((bit / 2 ** 32) * count));
    const score = metric(
      drawn.map((index) => predictions[index]!),
      drawn.map((index) => references[index]!),
    );
    if (Number.isNaN(score)) {
      throw new RangeError(`bootstrap: the metric gives NaN for draw ${sample} of the examples`);
    }
    return score;
  }).sort();
  const mean = scores.reduce((sum, score) => sum + score, 0) / samples;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (samples - 1);
  return {
    score: metric([...predictions], [...references]),
    lower: quantile(scores, (1 - confidence) / 2),
    upper: quantile(scores, (1 + confidence) / 2),
    standardError: Math.sqrt(variance),
  };
}

/** The value below which a share of sorted values lies, between two of them on the line that joins them. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const next = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return sorted[below]! + (next - sorted[below]!) * (place - below);
}
