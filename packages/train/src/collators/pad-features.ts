import { type Tensor, tensor } from '@llm/nn';
import type { Batch, Features } from './collator.ts';
import { ExampleError } from './example-error.ts';

/** How examples are padded to one length. */
export interface PaddingOptions {
  /**
   * Lengths are rounded up to multiples of this, so that a compiled step is traced for few shapes. Default 16;
   * 1 pads to the longest example only.
   */
  readonly pad_to_multiple_of?: number;
  /** Pads every batch to this length; a longer example is an error. Default: the longest example. */
  readonly max_length?: number;
  /** Where padding goes. Default `'right'`. */
  readonly padding_side?: 'left' | 'right';
}

/** Names of `PaddingOptions`. */
export const paddingOptionNames = ['pad_to_multiple_of', 'max_length', 'padding_side'] as const;

/** What each column of lists is padded with, besides `input_ids`. */
const paddings: Readonly<Record<string, number>> = {
  attention_mask: 0,
  decoder_attention_mask: 0,
  token_type_ids: 0,
  position_ids: 0,
  special_tokens_mask: 1,
  labels: -100,
};

/** Columns of the decoder, whose lengths are their own. */
const decoderColumns = new Set(['labels', 'decoder_input_ids', 'decoder_attention_mask']);

/**
 * Examples as tensors of one shape: lists of numbers become [batch, length], filled up; single numbers [batch].
 * Columns by the name of ids, masks, positions and labels hold i32, others f32.
 * `label` and `label_ids` become `labels`, and an `attention_mask` is made where there is none.
 *
 * @param separateDecoder whether the decoder's columns are padded to a length of their own
 * @throws ExampleError naming column and example for what is neither a number nor a list of numbers
 */
export function padFeatures(
  items: readonly Features[],
  padId: number,
  options: PaddingOptions,
  separateDecoder = false,
): Batch {
  if (items.length === 0) throw new RangeError('collator: got no examples');
  const examples = items.map(withLabels);
  const columns = Object.keys(examples[0]!);
  const lists = columns.filter((name) => isList(examples[0]![name]));
  const lengthOf = (names: readonly string[]) => paddedLength(examples, names, options);
  const decoder = separateDecoder ? lists.filter((name) => decoderColumns.has(name)) : [];
  const encoder = lists.filter((name) => !decoder.includes(name));
  const [encoderLength, decoderLength] = [lengthOf(encoder), lengthOf(decoder)];
  const batch: Record<string, Tensor> = {};
  for (const name of columns) {
    const values = examples.map((example, index) => requiredValue(example, name, index));
    if (!lists.includes(name)) batch[name] = scalars(name, values);
    else {
      const length = decoder.includes(name) ? decoderLength : encoderLength;
      const value = paddings[name] ?? padId;
      batch[name] = padLists(name, values, length, value, options.padding_side ?? 'right');
    }
  }
  if (batch.input_ids && !batch.attention_mask) {
    const ones = examples.map((example) => (example.input_ids as number[]).map(() => 1));
    const side = options.padding_side ?? 'right';
    batch.attention_mask = padLists('attention_mask', ones, encoderLength, 0, side);
  }
  return batch;
}

function withLabels(item: Features): Features {
  const { label, label_ids, ...rest } = item;
  const labels = rest.labels ?? label_ids ?? label;
  return labels === undefined ? rest : { ...rest, labels };
}

function isList(value: unknown): value is readonly number[] {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

function paddedLength(
  examples: readonly Features[],
  names: readonly string[],
  { pad_to_multiple_of = 16, max_length }: PaddingOptions,
): number {
  let longest = 0;
  for (const [index, example] of examples.entries()) {
    for (const name of names) {
      const { length } = requiredValue(example, name, index) as readonly number[];
      if (max_length !== undefined && length > max_length) {
        throw new ExampleError(
          index,
          `'${name}' has ${length} tokens, more than max_length ${max_length}; truncate when tokenizing`,
        );
      }
      longest = Math.max(longest, length);
    }
  }
  const multiple = Math.ceil(longest / pad_to_multiple_of) * pad_to_multiple_of;
  return max_length ?? multiple;
}

function requiredValue(example: Features, name: string, index: number): unknown {
  const value = example[name];
  if (value === undefined || value === null) {
    throw new ExampleError(index, `there is no '${name}', which the first one of the batch has`);
  }
  return value;
}

function scalars(name: string, values: readonly unknown[]): Tensor {
  const numbers = values.map((value, index) => {
    if (typeof value === 'boolean') return Number(value);
    if (typeof value === 'number') return value;
    throw new ExampleError(
      index,
      `'${name}' is ${describe(value)}, wants a number or a list of numbers; tokenize texts and drop other columns first`,
    );
  });
  return isWholeColumn(name) && numbers.every(Number.isInteger)
    ? tensor(Int32Array.from(numbers))
    : tensor(Float32Array.from(numbers));
}

function padLists(
  name: string,
  values: readonly unknown[],
  length: number,
  value: number,
  side: 'left' | 'right',
): Tensor {
  const rows = values as readonly (readonly number[])[];
  const isWhole =
    (isWholeColumn(name) || rows.every((row) => row instanceof Int32Array)) &&
    rows.every((row) => Array.from(row).every((each) => Number.isInteger(each)));
  const data = new (isWhole ? Int32Array : Float32Array)(rows.length * length).fill(value);
  for (const [index, row] of rows.entries()) {
    if (!isList(row) || Array.from(row).some((each) => typeof each !== 'number')) {
      throw new ExampleError(index, `'${name}' is ${describe(row)}, wants a list of numbers`);
    }
    if (!isWhole && row.length !== length) {
      throw new ExampleError(
        index,
        `'${name}' is a list of fractions, which are not padded: got ${row.length} of ${length} numbers`,
      );
    }
    data.set(row, index * length + (side === 'left' ? length - row.length : 0));
  }
  return tensor(data, [rows.length, length]);
}

/** Whether a column holds ids, flags, places or labels; others hold measurements, also where these are whole. */
function isWholeColumn(name: string): boolean {
  return /(^labels|_labels?|_ids?|_mask|_positions?)$/.test(name);
}

function describe(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 40) ?? String(value);
}
