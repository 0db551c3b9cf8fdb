import type { Tensor } from '@llm/tensor';
import type { Prompts } from '../generation/prompts.ts';
import type { KeyValueCache } from '../models/blocks/context.ts';
import type { ModelInputs } from '../pretrained/inputs.ts';
import type { BaseOutput, LogitsOutput } from '../pretrained/outputs.ts';
import { type Base, ModelWithHead, recordedOf } from './head.ts';
import { nextTokenLoss } from './losses.ts';

/** Sizes of the keys and values that a decoder keeps. */
export interface CacheShape {
  readonly layers: number;
  /** Heads of keys and values. */
  readonly heads: number;
  readonly headDim: number;
  /** Most positions that the model has; undefined if there is no limit. */
  readonly positions?: number;
}

/** A decoder without its head. */
export interface DecoderBase extends Base {
  readonly cacheShape: CacheShape;
  /**
   * Hidden states [batch, length, hidden].
   *
   * @param cache keys and values of earlier positions; `attention_mask` then covers the whole cache
   */
  forward(inputs: ModelInputs, cache?: KeyValueCache): BaseOutput;
}

/** A head that gives scores of the next token at each position: logits [batch, length, vocab_size]. */
export class CausalLM extends ModelWithHead<DecoderBase> {
  /**
   * What `generate` takes in instead of its prompts: the same with more tokens in each row, such as those of a soft
   * prompt, for which the table of words then gives vectors. They take positions, and are seen neither in results
   * nor by processors. `negative_prompt_ids` stay as they are.
   */
  extendPrompts?: ((prompts: Prompts) => Prompts) | undefined;
  readonly #logits: (hidden: Tensor) => Tensor;

  constructor(
    config: ConstructorParameters<typeof ModelWithHead>[0],
    parts: {
      readonly prefix: string;
      readonly base: DecoderBase;
      readonly head: Readonly<Record<string, unknown>>;
      readonly logits: (hidden: Tensor) => Tensor;
    },
  ) {
    super(config, { ...parts, logits: (output) => parts.logits(output.last_hidden_state) });
    this.#logits = parts.logits;
  }

  forward(inputs: ModelInputs): LogitsOutput {
    const tensors = this.tensors(inputs);
    const { output, logits } = this.run(tensors);
    const { labels } = tensors;
    return {
      ...(labels && { loss: nextTokenLoss(logits, labels) }),
      logits,
      ...recordedOf(output),
    };
  }

  /** Logits [batch, vocab_size] after the last of some new tokens, whose keys and values go into the cache. */
  decode(inputs: ModelInputs, cache: KeyValueCache): Tensor {
    const { last_hidden_state: hidden } = this.base_model.forward(inputs, cache);
    return this.#logits(hidden.slice(null, -1));
  }

  /** Logits [batch, length, vocab_size] after each of some new tokens. @see decode */
  decodeEach(inputs: ModelInputs, cache: KeyValueCache): Tensor {
    return this.#logits(this.base_model.forward(inputs, cache).last_hidden_state);
  }
}
