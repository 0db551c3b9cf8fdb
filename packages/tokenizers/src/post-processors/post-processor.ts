import type { Encoding } from '../encoding.ts';
import type { JsonWritable } from '../json/fields.ts';

/** Joins the inputs to what the model sees: adds special tokens, marks segments, trims offsets. */
export interface PostProcessor {
  /** How many tokens it adds to a single input or a pair. */
  addedTokens(isPair: boolean): number;
  /**
   * @param inputs - Encodings, which may be changed; one or two unless another post-processor came
   *   before.
   * @param addSpecialTokens - Whether special tokens are added; segments are marked anyway.
   * @returns As many encodings as remain to be joined, in order.
   */
  process(inputs: readonly Encoding[], addSpecialTokens: boolean): Encoding[];
  /** What {@link process} makes of the ids of a single input, where nobody asks for more than ids. */
  processIds(ids: number[], addSpecialTokens: boolean): number[];
  /** The component as it stands in tokenizer.json. */
  toJson(): JsonWritable;
}
