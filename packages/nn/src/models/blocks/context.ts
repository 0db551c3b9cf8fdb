import type { Tensor } from '@llm/tensor';
import type { TensorInputs } from '../../pretrained/inputs.ts';
import type { Recorded } from '../../pretrained/outputs.ts';

/** Keys and values [batch, heads, positions, headDim] of all positions so far, layer by layer. */
export interface KeyValueCache {
  /** Most positions that it holds. */
  readonly capacity: number;
  /** Position of the first new token, an i32 scalar. */
  readonly offset: Tensor;
  /** Adds those of new positions and returns those of all, up to the cache's capacity. */
  update(layer: number, keys: Tensor, values: Tensor): readonly [keys: Tensor, values: Tensor];
  /** Those of the encoder's output, which `compute` makes at the first step only. */
  crossed(
    layer: number,
    compute: () => readonly [keys: Tensor, values: Tensor],
  ): readonly [keys: Tensor, values: Tensor];
}

/** What all attention layers of a stack share in one call. */
export interface AttentionContext {
  /** Broadcasts to [batch, heads, queries, keys], true where a key may be seen. */
  readonly mask?: Tensor;
  /** Added to the scores: broadcasts to [batch, heads, queries, keys]. */
  readonly bias?: Tensor;
  /** Whether later keys are hidden. */
  readonly isCausal?: boolean;
  readonly cache?: KeyValueCache;
  /** Takes each layer's weights, where they are wanted. */
  readonly weights?: Tensor[];
}

/** The encoder's output as a decoder's layers see it. */
export interface Memory {
  /** [batch, source, width]; absent once its keys and values are in the cache. */
  readonly states?: Tensor;
  readonly context: AttentionContext;
}

/** Collects hidden states and attention weights, as far as a call wants them. */
export class Recorder {
  readonly hidden: Tensor[] | undefined;
  readonly weights: Tensor[] | undefined;
  readonly crossWeights: Tensor[] | undefined;

  constructor({ output_hidden_states, output_attentions }: TensorInputs) {
    this.hidden = output_hidden_states ? [] : undefined;
    this.weights = output_attentions ? [] : undefined;
    this.crossWeights = output_attentions ? [] : undefined;
  }

  /** Notes a hidden state and returns it. */
  see(hidden: Tensor): Tensor {
    this.hidden?.push(hidden);
    return hidden;
  }

  /** What the output has of it. */
  get recorded(): Recorded {
    return {
      ...(this.hidden && { hidden_states: this.hidden }),
      ...(this.weights && { attentions: this.weights }),
    };
  }
}

/**
 * [batch, keys] → [batch, 1, 1, keys], for `AttentionContext.mask`. A mask with a row for each query,
 * [batch, queries, keys], as documents packed into one sequence want it, becomes [batch, 1, queries, keys].
 */
export function maskOfKeys(mask: Tensor): Tensor {
  if (mask.rank === 3) return mask.unsqueeze(1);
  return mask.reshape(mask.shape[0]!, 1, 1, mask.shape[1]!);
}
