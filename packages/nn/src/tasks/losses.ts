/**
 * Losses of the tasks, as transformers computes them; −100 marks labels that do not count.
 *
 * @module
 */
import { binaryCrossEntropyWithLogits, crossEntropy, mseLoss, type Tensor } from '@llm/tensor';
import type { ModelConfig, ProblemType } from '../pretrained/config.ts';

/** Mean cross-entropy of classes [...] under logits [..., classes]. */
export function classLoss(logits: Tensor, labels: Tensor): Tensor {
  return crossEntropy(logits.reshape(-1, logits.shape.at(-1)!), labels.reshape(-1));
}

/** Mean cross-entropy of each token given those before: logits at t are held to the label at t + 1. */
export function nextTokenLoss(logits: Tensor, labels: Tensor): Tensor {
  const length = labels.shape[1]!;
  return classLoss(logits.slice(null, [0, length - 1]), labels.slice(null, [1, length]));
}

/** The loss of a sequence classifier: by `problem_type`, or guessed from the labels as Python does. */
export function sequenceLoss(logits: Tensor, labels: Tensor, config: ModelConfig): Tensor {
  const classes = logits.shape[1]!;
  switch (config.problem_type ?? guess(labels, classes)) {
    case 'regression':
      return mseLoss(logits.reshape(-1), labels.to('f32').reshape(-1));
    case 'multi_label_classification':
      return binaryCrossEntropyWithLogits(logits, labels.to('f32'));
    case 'single_label_classification':
      return classLoss(logits, labels);
    default:
      throw new Error(`problem_type ${JSON.stringify(config.problem_type)} is not known`);
  }
}

function guess(labels: Tensor, classes: number): ProblemType {
  if (classes === 1) return 'regression';
  const isWhole = labels.dtype === 'i32' || labels.dtype === 'u32' || labels.dtype === 'u8';
  return isWhole ? 'single_label_classification' : 'multi_label_classification';
}

/** Mean of the losses of an answer's two ends; positions outside the text do not count. */
export function spanLoss(start: Tensor, end: Tensor, first: Tensor, last: Tensor): Tensor {
  const length = start.shape[1]!;
  const counted = (positions: Tensor) => {
    const flat = positions.reshape(-1).clamp(0, length);
    return flat.where(flat.lt(length), -100);
  };
  return classLoss(start, counted(first))
    .add(classLoss(end, counted(last)))
    .div(2);
}
