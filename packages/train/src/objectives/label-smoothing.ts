import { checkChoice, checkOptions, crossEntropy, type Tensor } from '@llm/nn';

/** Options of `fairseqLabelSmoothedCrossEntropy`. */
export interface FairseqSmoothingOptions {
  /** ε: the target has probability 1 − ε, every other class ε / (classes − 1). */
  readonly labelSmoothing: number;
  /** Targets of this value do not count. Default −100. */
  readonly ignoreIndex?: number;
  /** `'mean'` (default) divides by the number of targets that count; fairseq itself sums. */
  readonly reduction?: 'mean' | 'sum';
}

/**
 * Cross-entropy with fairseq's label smoothing, (1 − ε − ε/(V−1)) · nll + ε/(V−1) · Σ −log p: the target keeps 1 − ε.
 * `crossEntropy` of `@llm/nn` has PyTorch's, where every class, the target too, gets ε/V; transformers' `LabelSmoother`
 * gives the same numbers as that.
 *
 * @param logits [..., classes]
 * @param targets integer classes [...]
 * @returns a scalar
 * @throws RangeError unless 0 ≤ ε ≤ 1 and there are two classes
 */
export function fairseqLabelSmoothedCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: FairseqSmoothingOptions,
): Tensor {
  const name = 'fairseqLabelSmoothedCrossEntropy';
  checkOptions(name, options, ['labelSmoothing', 'ignoreIndex', 'reduction']);
  const { labelSmoothing, ignoreIndex = -100, reduction = 'mean' } = options;
  checkChoice(name, 'reduction', reduction, ['mean', 'sum']);
  const classes = logits.shape.at(-1) ?? 0;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1) || classes < 2) {
    throw new RangeError(
      `${name}: wants labelSmoothing in [0, 1] and at least 2 classes: got ${labelSmoothing} and ${classes}`,
    );
  }
  const perClass = labelSmoothing / (classes - 1);
  // PyTorch's smoothing by δ puts δ/V on each class and 1 − δ more on the target: the same where δ = V · ε/(V−1),
  // but it refuses δ above 1, so the two parts are added here.
  const each = { ignoreIndex, reduction };
  const targetLoss = crossEntropy(logits, targets, each);
  const uniformLoss = crossEntropy(logits, targets, { ...each, labelSmoothing: 1 });
  return targetLoss.mul(1 - labelSmoothing - perClass).add(uniformLoss.mul(perClass * classes));
}
