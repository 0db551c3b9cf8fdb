import type { Node, Op } from '../graph.ts';
import type { AttentionAttributes, AttentionBackwardAttributes } from '../ir/attention.ts';
import { exp, mul, sub } from './arithmetic.ts';
import {
  type AttentionInputs,
  group,
  nameInputs,
  rowWeight,
  scoresOf,
} from './attention-scores.ts';
import { sum, sumTo } from './broadcast.ts';
import { cast } from './cast.ts';
import { dropout } from './dropout.ts';
import { matmul } from './matmul.ts';
import { reshape, transpose } from './movement.ts';
import { where } from './where.ts';

/**
 * Gradients of attention. Inputs: those of the forward operation, then its outputs out and logSumExp, then
 * the gradient of out and perhaps that of logSumExp. Outputs: gradients of q, k, v and perhaps of the mask.
 *
 * With P the weights, recomputed from the log-sum-exp: dV = Pᵀ dO, dP = dO Vᵀ, and
 * dS = P ∘ (dP − rowsum(dO ∘ O)), which needs no T × S sum of its own (Dao et al., FlashAttention, 2022).
 */
export const attentionBackwardOp: Op<AttentionBackwardAttributes> = {
  name: 'attentionBackward',
  kind: 'composite',
  infer: (inputs, { maskGradient }) => {
    const [q, k, v, mask] = inputs;
    return [q!, k!, v!, ...(maskGradient ? [mask!] : [])].map(({ shape, dtype }) => ({
      shape,
      dtype,
    }));
  },
  compose: (inputs, attributes) => {
    const named = nameInputs(inputs, attributes);
    const { q, k, v, mask, rest } = named;
    const [out, logSumExp, upstream, logSumExpUpstream] = rest;
    const keyHeads = k.shape[1]!;
    const dOut = cast(upstream!, 'f32');
    const { scores, live, capSlope } = scoresOf(named, attributes);
    const rows = (x: Node) => reshape(x, [...q.shape.slice(0, 3), 1]);
    const weights = weightsFrom(scores, rows(logSumExp!), named, attributes);
    const drop = dropper(named, attributes);

    const dV = matmul(transpose(group(drop(weights), keyHeads)), group(dOut, keyHeads));
    const dWeights = drop(reshape(matmul(group(dOut, keyHeads), transpose(v)), scores.shape));
    const inner = sum(mul(dOut, cast(out!, 'f32')), -1, true);
    const removed = logSumExpUpstream ? sub(inner, rows(logSumExpUpstream)) : inner;
    let dScores = mul(weights, sub(dWeights, removed));
    if (live) dScores = where(live, dScores, 0);
    const dMask = attributes.maskGradient ? sumTo(dScores, mask!.shape) : undefined;
    if (capSlope) dScores = mul(dScores, capSlope);
    const dProducts = group(mul(dScores, attributes.scale), keyHeads);
    const dQ = reshape(matmul(dProducts, k), q.shape);
    const dK = matmul(transpose(dProducts), cast(group(q, keyHeads), 'f32'));
    return [
      cast(dQ, q.dtype),
      cast(dK, k.dtype),
      cast(dV, v.dtype),
      ...(dMask ? [cast(dMask, mask!.dtype)] : []),
    ];
  },
};

function weightsFrom(
  scores: Node,
  logSumExp: Node,
  inputs: AttentionInputs,
  attributes: AttentionAttributes,
): Node {
  const weights = exp(sub(scores, logSumExp));
  const factor = rowWeight(inputs, logSumExp, attributes);
  return factor ? mul(weights, factor) : weights;
}

/** Applies the call's dropout mask, the same each time. */
export function dropper(
  { seed, position }: AttentionInputs,
  { dropout: p, draw }: AttentionAttributes,
): (x: Node) => Node {
  if (!seed || !position) return (x) => x;
  return (x) => dropout(x, p, { seed, position, draw });
}
