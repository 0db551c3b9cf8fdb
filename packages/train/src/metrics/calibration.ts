import { checkOptions } from '@llm/nn';
import { checkFinite, checkPairs } from './labels.ts';

/** Options of `calibrationError`. */
export interface CalibrationOptions {
  /** Number of equally wide bins of confidence. Default 15. */
  readonly num_bins?: number;
}

/** Predictions of similar confidence. */
export interface CalibrationBin {
  /** The bin holds confidences in (lower, upper]; the first one 0 too. */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** Mean confidence; 0 for an empty bin. */
  readonly confidence: number;
  /** Share of right predictions; 0 for an empty bin. */
  readonly accuracy: number;
}

/** How far confidence is from accuracy. */
export interface CalibrationResult {
  /** Expected calibration error: mean over predictions of |accuracy − confidence| of their bins, in [0, 1]. */
  readonly ece: number;
  /** The largest such distance. */
  readonly mce: number;
  /** What a reliability diagram shows. */
  readonly bins: readonly CalibrationBin[];
}

/**
 * Calibration error (Guo et al., 2017): whether of predictions made with probability 0.8, 80 % are right.
 *
 * @param confidences probability of each predicted class, in [0, 1]
 * @param correct whether each prediction was right
 * @throws RangeError where the counts differ, or for a confidence outside [0, 1]
 */
export function calibrationError(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean | number>,
  options: CalibrationOptions = {},
): CalibrationResult {
  checkOptions('calibrationError', options, ['num_bins']);
  const { num_bins = 15 } = options;
  if (!Number.isInteger(num_bins) || num_bins < 1) {
    throw new RangeError(
      `calibrationError: num_bins must be a whole number from 1: got ${num_bins}`,
    );
  }
  checkPairs('calibrationError', confidences, correct);
  checkFinite('calibrationError', 'confidence', confidences);
  const sums = Array.from({ length: num_bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (let index = 0; index < confidences.length; index++) {
    const confidence = confidences[index]!;
    if (confidence < 0 || confidence > 1) {
      throw new RangeError(
        `calibrationError: confidence ${index} must be a probability: got ${confidence}`,
      );
    }
    const bin = sums[Math.max(0, Math.ceil(confidence * num_bins) - 1)]!;
    bin.count += 1;
    bin.confidence += confidence;
    bin.right += Number(correct[index]);
  }
  const bins = sums.map(({ count, confidence, right }, index) => ({
    lower: index / num_bins,
    upper: (index + 1) / num_bins,
    count,
    confidence: confidence / (count || 1),
    accuracy: right / (count || 1),
  }));
  const distance = (bin: CalibrationBin): number => Math.abs(bin.accuracy - bin.confidence);
  return {
    ece: bins.reduce((sum, bin) => sum + bin.count * distance(bin), 0) / confidences.length,
    mce: bins.reduce((most, bin) => Math.max(most, distance(bin)), 0),
    bins,
  };
}
