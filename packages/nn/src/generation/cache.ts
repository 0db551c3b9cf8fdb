import { full, type Tensor, take, updateSlice, Variable, zeros } from '@llm/tensor';
import type { KeyValueCache } from '../models/blocks/context.ts';
import type { CacheShape } from '../tasks/causal-lm.ts';

interface LayerState {
  readonly keys: Variable;
  readonly values: Variable;
}

/**
 * Keys and values of a fixed number of positions, as variables that compiled steps update in place: the same plan
 * serves every position.
 */
export class FixedCache {
  readonly #own: readonly LayerState[];
  readonly #crossed: readonly LayerState[];

  /** @param sourceLength tokens of the encoder, for a decoder with one */
  constructor(
    { layers, heads, headDim }: CacheShape,
    batch: number,
    readonly capacity: number,
    sourceLength = 0,
  ) {
    const states = (positions: number) =>
      Array.from({ length: positions > 0 ? layers : 0 }, (): LayerState => {
        const size = [batch, heads, positions, headDim];
        return { keys: variable(zeros(size)), values: variable(zeros(size)) };
      });
    this.#own = states(capacity);
    this.#crossed = states(sourceLength);
  }

  /**
   * The cache as the first tokens fill it; they see one another alone.
   *
   * @param copies rows of the cache that each row of the tokens fills
   */
  filling(length: number, copies = 1): KeyValueCache {
    const own = this.#own;
    const crossed = this.#crossed;
    const rest = this.capacity - length;
    const padded = (x: Tensor) => repeated(x.pad([0, 0, 0, 0], [0, 0, rest, 0]), copies);
    return {
      capacity: length,
      offset: full([], 0, { dtype: 'i32' }),
      update(layer, keys, values) {
        own[layer]!.keys.assign(padded(keys));
        own[layer]!.values.assign(padded(values));
        return [keys, values];
      },
      crossed(layer, compute) {
        const [keys, values] = compute();
        crossed[layer]!.keys.assign(repeated(keys, copies));
        crossed[layer]!.values.assign(repeated(values, copies));
        return [keys, values];
      },
    };
  }

  /**
   * The cache as some more tokens see and extend it.
   *
   * @param offset position of the first of them, i32 scalar
   * @param order which row each row goes on from, i32 [batch], for beam search
   */
  extending(offset: Tensor, order?: Tensor): KeyValueCache {
    const { capacity } = this;
    const kept = (state: Variable) => (order ? take(state, order) : state);
    const extend = (state: Variable, fresh: Tensor) => {
      const all = updateSlice(kept(state), fresh, offset, 2);
      state.assign(all);
      return all;
    };
    const own = this.#own;
    const crossed = this.#crossed;
    return {
      capacity,
      offset,
      update: (layer, keys, values) => [
        extend(own[layer]!.keys, keys),
        extend(own[layer]!.values, values),
      ],
      // Rows of one source follow one another, so beams that change places see the same.
      crossed: (layer) => [crossed[layer]!.keys, crossed[layer]!.values],
    };
  }
}

/** Each row `copies` times, one after another: [batch, …] → [batch · copies, …]. */
export function repeated(x: Tensor, copies: number): Tensor {
  if (copies === 1) return x;
  const [batch, ...rest] = x.shape as readonly [number, ...number[]];
  return x
    .unsqueeze(1)
    .expand(batch, copies, ...rest)
    .reshape(batch * copies, ...rest);
}

/** State that is not trained. */
export function variable(initial: Tensor): Variable {
  return new Variable(initial, { trainable: false });
}
