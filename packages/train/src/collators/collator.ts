import type { Tensor } from '@llm/nn';
import type { RandomSource } from '../data/random-source.ts';

/** One example: values by the model's names for its inputs. */
export type Features = Readonly<Record<string, unknown>>;

/** Examples for one step: tensors by the model's names for its inputs. */
export type Batch = Readonly<Record<string, Tensor>>;

/**
 * Makes examples into a batch. What it draws at random comes from `random`, which is a function of the seed and of
 * the batch's place in the run; so a resumed run sees the same batches.
 */
export interface Collator<Item = Features> {
  (items: readonly Item[], random: RandomSource): Batch | Promise<Batch>;
  /** Columns that it works on and that the model does not take, so that they are not left out before. */
  readonly columns?: readonly string[];
}

/** What collators need of a tokenizer; those of `@llm/tokenizers` fit. */
export interface CollatorTokenizer {
  readonly pad_token_id?: number | undefined;
  readonly mask_token_id?: number | undefined;
  readonly bos_token_id?: number | undefined;
  readonly cls_token_id?: number | undefined;
  readonly sep_token_id?: number | undefined;
  readonly eos_token_id?: number | undefined;
  /** Ids of all special tokens. */
  readonly all_special_ids: readonly number[];
  /** Number of tokens, added ones included. */
  readonly total_size: number;
  /** The token with this id. */
  id_to_token(id: number): string | undefined;
  /** The id of this token. */
  token_to_id(token: string): number | undefined;
}

/** A special token that a collator cannot do without. @throws Error naming the token. */
export function needToken(
  collator: string,
  tokenizer: CollatorTokenizer,
  name: 'pad' | 'mask' | 'cls' | 'sep' | 'eos' | 'bos',
): number {
  const id = tokenizer[`${name}_token_id`];
  if (id === undefined) {
    throw new Error(`${collator}: the tokenizer has no ${name}_token; set one before training`);
  }
  return id;
}
