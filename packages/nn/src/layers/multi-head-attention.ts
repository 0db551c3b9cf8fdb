import {
  checkOptions,
  dropout,
  linear,
  matmul,
  scaledDotProductAttention,
  softmax,
  split,
  type Tensor,
  Variable,
  zeros,
} from '@llm/tensor';
import { xavierUniform } from '../init.ts';
import { Module } from '../module/module.ts';
import { probe } from '../module/paths.ts';
import { additiveMask, joinMasks } from './attention-masks.ts';
import { Linear } from './linear.ts';

/** Options of `MultiHeadAttention`, with PyTorch's names and defaults. */
export interface MultiHeadAttentionOptions {
  /** Probability of dropping an attention weight in training. Default 0. */
  readonly dropout?: number;
  /** Whether the projections have biases. Default true. */
  readonly bias?: boolean;
  /** Width of the keys, where it differs from `embed_dim`. */
  readonly kdim?: number;
  /** Width of the values, where it differs from `embed_dim`. */
  readonly vdim?: number;
  /** Whether tensors are [batch, length, width] rather than [length, batch, width]. Default false. */
  readonly batch_first?: boolean;
}

/** Options of a call of `MultiHeadAttention`. */
export interface AttentionCallOptions {
  /** [batch, keys], true where a key is padding, or floats to add. */
  readonly key_padding_mask?: Tensor;
  /** [queries, keys] or [batch · heads, queries, keys], true where attention is forbidden, or floats to add. */
  readonly attn_mask?: Tensor;
  /** Forbids attention to later positions, with or without an `attn_mask`. Default false. */
  readonly is_causal?: boolean;
  /** Whether the attention weights are returned too; without them a faster kernel can be used. Default true. */
  readonly need_weights?: boolean;
  /** Whether the weights are averaged over the heads. Default true. */
  readonly average_attn_weights?: boolean;
}

/**
 * Attention(Q, K, V) = softmax(Q Kᵀ / √d) V in several heads of width d = embed_dim / heads, between linear
 * projections (Vaswani et al., 2017); PyTorch's `nn.MultiheadAttention` with its parameter names.
 *
 * A query all of whose keys are masked gets uniform weights; PyTorch gives NaN there.
 */
export class MultiHeadAttention extends Module {
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  /** The three projections stacked: [3 · embed_dim, embed_dim]; absent where widths differ. */
  readonly in_proj_weight?: Variable;
  readonly q_proj_weight?: Variable;
  readonly k_proj_weight?: Variable;
  readonly v_proj_weight?: Variable;
  readonly in_proj_bias?: Variable;
  readonly out_proj: Linear;

  /** @throws RangeError if `numHeads` does not divide `embedDim`. */
  constructor(embedDim: number, numHeads: number, options: MultiHeadAttentionOptions = {}) {
    super();
    checkOptions('MultiHeadAttention', options, ['dropout', 'bias', 'kdim', 'vdim', 'batch_first']);
    const { bias = true, kdim = embedDim, vdim = embedDim } = options;
    if (!Number.isInteger(embedDim / numHeads) || numHeads < 1) {
      throw new RangeError(
        `MultiHeadAttention: the heads must divide the width: got ${numHeads} heads for width ${embedDim}`,
      );
    }
    this.numHeads = numHeads;
    this.dropout = options.dropout ?? 0;
    this.batchFirst = options.batch_first ?? false;
    if (kdim === embedDim && vdim === embedDim) {
      this.in_proj_weight = new Variable(xavierUniform([3 * embedDim, embedDim]));
    } else {
      this.q_proj_weight = new Variable(xavierUniform([embedDim, embedDim]));
      this.k_proj_weight = new Variable(xavierUniform([embedDim, kdim]));
      this.v_proj_weight = new Variable(xavierUniform([embedDim, vdim]));
    }
    if (bias) this.in_proj_bias = new Variable(zeros([3 * embedDim]));
    this.out_proj = new Linear(embedDim, embedDim, { bias });
    this.out_proj.bias?.assign(zeros([embedDim]));
  }

  /**
   * @param query [queries, batch, embed_dim]; with `batch_first` the first two axes are exchanged, here and
   *   in `key`, `value` and the output. Without a batch all three have two axes.
   * @param key [keys, batch, kdim]
   * @param value [keys, batch, vdim]
   * @returns the output [queries, batch, embed_dim] and, with `need_weights`, the attention weights
   *   [batch, queries, keys], or [batch, heads, queries, keys] if they are not averaged.
   */
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options?: AttentionCallOptions & { need_weights?: true },
  ): [output: Tensor, weights: Tensor];
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    options: AttentionCallOptions & { need_weights: false },
  ): [output: Tensor, weights: undefined];
  forward(query: Tensor, key: Tensor, value: Tensor, options: AttentionCallOptions = {}) {
    checkOptions('MultiHeadAttention.forward', options, [
      'key_padding_mask',
      'attn_mask',
      'is_causal',
      'need_weights',
      'average_attn_weights',
    ]);
    if (query.rank === 2) return this.unbatched(query, key, value, options);
    const [q, k, v] = this.project(query, key, value); // each [batch, heads, length, headDim]
    const mask = joinMasks(options, q.shape, k.shape);
    const isCausal = options.is_causal ?? false;
    const dropoutP = this.training ? this.dropout : 0;
    const weigh = (): Tensor => {
      const scores = matmul(q, k.transpose()).mul(1 / Math.sqrt(q.shape[3]!));
      const added = additiveMask(mask, isCausal, scores);
      return softmax(added ? scores.add(added) : scores); // [batch, heads, queries, keys]
    };
    const probed = probe('weights', weigh);
    if (options.need_weights === false && !probed) {
      const output = scaledDotProductAttention(q, k, v, { attnMask: mask, isCausal, dropoutP });
      return [this.combine(output), undefined];
    }
    const weights = dropout(probed ?? weigh(), dropoutP, { training: dropoutP > 0 });
    if (options.need_weights === false) return [this.combine(matmul(weights, v)), undefined];
    const average = options.average_attn_weights ?? true;
    return [this.combine(matmul(weights, v)), average ? weights.mean(1) : weights];
  }

  /** Queries, keys and values after their projections, split into heads: [batch, heads, length, headDim]. */
  private project(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const packed = this.in_proj_weight;
    const bias = this.in_proj_bias;
    if (packed && query === key && key === value) {
      // One product for self-attention, as one matrix of three times the width is faster than three.
      const joined = linear(query, packed, bias);
      const [q, k, v] = split(joined, joined.shape.at(-1)! / 3, -1);
      return [this.splitHeads(q!), this.splitHeads(k!), this.splitHeads(v!)];
    }
    const weights = packed
      ? split(packed, packed.shape[0]! / 3)
      : [this.q_proj_weight!, this.k_proj_weight!, this.v_proj_weight!];
    const biases = bias ? split(bias, bias.shape[0]! / 3) : [];
    const [q, k, v] = [query, key, value].map((x, i) =>
      this.splitHeads(linear(x, weights[i]!, biases[i])),
    );
    return [q!, k!, v!];
  }

  /** [batch, length, width] (or [length, batch, width]) → [batch, heads, length, headDim] */
  private splitHeads(x: Tensor): Tensor {
    const [first, second, width] = x.shape as readonly [number, number, number];
    const split = x.reshape(first, second, this.numHeads, width / this.numHeads);
    return this.batchFirst ? split.permute(0, 2, 1, 3) : split.permute(1, 2, 0, 3);
  }

  /** [batch, heads, length, headDim] → the output projection of [batch, length, width] (or length first) */
  private combine(x: Tensor): Tensor {
    const joined = this.batchFirst ? x.permute(0, 2, 1, 3) : x.permute(2, 0, 1, 3);
    const [first, second] = joined.shape as readonly [number, number];
    return this.out_proj.forward(joined.reshape(first, second, x.shape[1]! * x.shape[3]!));
  }

  /** Two axes instead of three: a batch of one, dropped again. */
  private unbatched(query: Tensor, key: Tensor, value: Tensor, options: AttentionCallOptions) {
    const axis = this.batchFirst ? 0 : 1;
    const q = query.unsqueeze(axis);
    const k = key === query ? q : key.unsqueeze(axis);
    const v = value === query ? q : value === key ? k : value.unsqueeze(axis);
    const padding = options.key_padding_mask;
    const batched = padding ? { ...options, key_padding_mask: padding.unsqueeze(0) } : options;
    const [output, weights] = this.forward(q, k, v, batched as { need_weights?: true });
    return [output.squeeze(axis), weights?.squeeze(0)];
  }
}
