/** Objectives beyond those of `@llm/nn` (`crossEntropy`, `binaryCrossEntropyWithLogits`, `mseLoss`, `l1Loss`). */
export {
  type ContrastiveOptions,
  multipleNegativesRankingLoss,
  type TripletOptions,
  tripletLoss,
} from './contrastive.ts';
export {
  type DistillationOptions,
  distillationLoss,
  l1Penalty,
  l2Penalty,
} from './distillation.ts';
export {
  type FairseqSmoothingOptions,
  fairseqLabelSmoothedCrossEntropy,
} from './label-smoothing.ts';
