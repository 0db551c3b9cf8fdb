import { arange, checkChoice, checkOptions, concat, crossEntropy, type Tensor } from '@llm/nn';

/** Options of `multipleNegativesRankingLoss`. */
export interface ContrastiveOptions {
  /** Cosines are multiplied by this. Default 20. */
  readonly scale?: number;
  /** Whether positives are held to anchors too, as in CLIP. Default false. */
  readonly symmetric?: boolean;
}

/**
 * In-batch negatives (Henderson et al., 2017), as sentence-transformers' `MultipleNegativesRankingLoss`: the
 * cross-entropy of finding each anchor's own positive among all of the batch, by scaled cosines.
 *
 * @param anchors [batch, width]
 * @param positives [batch, width]
 * @param negatives further texts that fit no anchor: [more, width]
 * @returns a scalar
 * @throws RangeError where shapes differ, or for negatives together with `symmetric`
 */
export function multipleNegativesRankingLoss(
  anchors: Tensor,
  positives: Tensor,
  negatives?: Tensor,
  options: ContrastiveOptions = {},
): Tensor {
  checkOptions('multipleNegativesRankingLoss', options, ['scale', 'symmetric']);
  const { scale = 20, symmetric = false } = options;
  if (anchors.rank !== 2 || String(anchors.shape) !== String(positives.shape)) {
    throw new RangeError(
      `multipleNegativesRankingLoss: wants anchors and positives [batch, width]: got [${anchors.shape}] and [${positives.shape}]`,
    );
  }
  if (symmetric && negatives) {
    throw new RangeError('multipleNegativesRankingLoss: symmetric has no meaning with negatives');
  }
  const candidates = negatives ? concat([positives, negatives], 0) : positives;
  const scores = normalized(anchors).matmul(normalized(candidates).transpose()).mul(scale);
  const labels = arange(anchors.shape[0]!);
  const forward = crossEntropy(scores, labels);
  return symmetric ? forward.add(crossEntropy(scores.transpose(), labels)).div(2) : forward;
}

/** Options of `tripletLoss`. */
export interface TripletOptions {
  /** How much nearer the positive must be. Default 1, as PyTorch's. */
  readonly margin?: number;
  /** Default `'euclidean'`; `'cosine'` is 1 − cosine. */
  readonly distance?: 'euclidean' | 'cosine';
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin), the mean over the batch; with the Euclidean distance
 * PyTorch's `triplet_margin_loss`.
 *
 * @param anchors [batch, width], like `positives` and `negatives`
 * @returns a scalar
 */
export function tripletLoss(
  anchors: Tensor,
  positives: Tensor,
  negatives: Tensor,
  options: TripletOptions = {},
): Tensor {
  checkOptions('tripletLoss', options, ['margin', 'distance']);
  const { margin = 1, distance = 'euclidean' } = options;
  checkChoice('tripletLoss', 'distance', distance, ['euclidean', 'cosine']);
  const apart = (other: Tensor): Tensor =>
    distance === 'cosine'
      ? normalized(anchors).mul(normalized(other)).sum(-1).neg().add(1)
      : anchors.sub(other).add(1e-6).square().sum(-1).sqrt(); // PyTorch's eps
  return apart(positives).sub(apart(negatives)).add(margin).relu().mean();
}

/** Rows of length 1, as PyTorch's `normalize`: lengths below 1e-12 count as that. */
function normalized(x: Tensor): Tensor {
  return x.div(x.square().sum(-1, true).sqrt().maximum(1e-12));
}
