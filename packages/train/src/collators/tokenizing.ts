import { checkOptions } from '@llm/nn';
import type { Collator, Features } from './collator.ts';
import { ExampleError } from './example-error.ts';

/** A list for each text by name: `input_ids`, `attention_mask`, … */
export type EncodedTexts = object;

/** Options that a collator hands to the tokenizer; those of `@llm/tokenizers` know more. */
export interface TokenizeSettings {
  /** Whether texts that are too long are cut. */
  readonly truncation?: boolean;
  /** Most tokens of a text. */
  readonly max_length?: number;
  readonly [option: string]: unknown;
}

/** Encodes batches of texts beside the program, as the pools of `@llm/tokenizers` do. */
export interface EncoderPool {
  /** Encodes texts with the tokenizer's options. */
  encodeBatch(texts: readonly string[], options: never): Promise<EncodedTexts>;
}

/** What encodes the texts of a batch: a tokenizer, or a pool of workers that does it beside the training step. */
export type BatchEncoder =
  | EncoderPool
  | ((texts: readonly string[], options: never) => EncodedTexts | Promise<EncodedTexts>);

/** Options of `dataCollatorWithTokenizer`. */
export interface TokenizingOptions {
  /** Makes the batch of the encoded examples, such as `dataCollatorWithPadding(tokenizer)`. */
  readonly collate: Collator;
  /** Column of the texts. Default `'text'`. */
  readonly text?: string;
  /** Column of the second texts, for pairs. Default none. */
  readonly text_pair?: string;
  /** Options of the tokenizer, such as `{ truncation: true, max_length: 128 }`. Padding is `collate`'s. */
  readonly tokenize?: TokenizeSettings;
}

/**
 * Tokenizes texts when their batch is made, rather than all before the training: the first step comes at once, and
 * the tokens of the data set are never in memory together. With a pool of workers (`startTokenizerPool` of
 * `@llm/tokenizers`) and `dataloader_num_workers` it happens beside the training step.
 *
 * @example
 * using pool = await startTokenizerPool(tokenizer);
 * const data_collator = dataCollatorWithTokenizer(pool, { collate: dataCollatorWithPadding(tokenizer) });
 * const trainer = new Trainer({ model, train_dataset, data_collator, args: { dataloader_num_workers: 2 } });
 */
export function dataCollatorWithTokenizer(
  encoder: BatchEncoder,
  options: TokenizingOptions,
): Collator {
  const operation = 'dataCollatorWithTokenizer';
  checkOptions(operation, options, ['collate', 'text', 'text_pair', 'tokenize']);
  const { collate, text = 'text', text_pair, tokenize = {} } = options;
  if (typeof collate !== 'function') {
    throw new TypeError(
      `${operation}: collate wants a collator, such as dataCollatorWithPadding(tokenizer)`,
    );
  }
  for (const name of ['padding', 'return_overflowing_tokens', 'text_pair']) {
    if (!(name in tokenize)) continue;
    throw new TypeError(
      `${operation}: tokenize does not take '${name}': texts are padded by collate, each gives one example, and pairs are named by text_pair`,
    );
  }
  const columns = text_pair === undefined ? [text] : [text, text_pair];
  const encode = encodingOf(operation, encoder);
  const tokenizing: Collator = async (items, random) => {
    const [texts, pairs] = columns.map((column) =>
      items.map((item, index) => textOf(item, column, index)),
    );
    const lists = await encode(texts!, { ...tokenize, ...(pairs && { text_pair: pairs }) });
    return collate(
      items.map((item, index) => encoded(item, columns, lists, index)),
      random,
    );
  };
  return Object.assign(tokenizing, { columns });
}

type Encode = (texts: readonly string[], options: object) => Promise<EncodedTexts> | EncodedTexts;

function encodingOf(operation: string, encoder: BatchEncoder): Encode {
  if (typeof encoder === 'object' && typeof encoder?.encodeBatch === 'function') {
    return (texts, options) => encoder.encodeBatch(texts, options as never);
  }
  if (typeof encoder === 'function') return (texts, options) => encoder(texts, options as never);
  throw new TypeError(`${operation}: wants a tokenizer, or a pool of startTokenizerPool`);
}

/** An example with tokens in place of its texts. */
function encoded(
  item: Features,
  columns: readonly string[],
  lists: EncodedTexts,
  index: number,
): Features {
  const others = Object.entries(item).filter(([name]) => !columns.includes(name));
  const own = Object.entries(lists).flatMap(([name, rows]) =>
    Array.isArray(rows) ? [[name, rows[index]]] : [],
  );
  return Object.fromEntries([...others, ...own]);
}

function textOf(item: Features, column: string, index: number): string {
  const text = item[column];
  if (typeof text === 'string') return text;
  throw new ExampleError(
    index,
    Object.hasOwn(item, column)
      ? `column '${column}' wants a text: got ${JSON.stringify(text)}`
      : `column '${column}' is missing; there are ${Object.keys(item).join(', ') || 'none'}`,
  );
}
