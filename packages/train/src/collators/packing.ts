import { checkOptions, tensor } from '@llm/nn';
import { type Collator, type CollatorTokenizer, type Features, needToken } from './collator.ts';
import { ExampleError } from './example-error.ts';
import { ids } from './ids.ts';

/** Options of `packExamples`. */
export interface PackOptions {
  /** Tokens in a packed example. */
  readonly max_length: number;
  /**
   * `'bfd'` puts each document whole where it fits best, longest first, and cuts what is longer than `max_length`;
   * `'wrapped'` lines all up and cuts every `max_length` tokens. Default `'bfd'`.
   */
  readonly strategy?: 'bfd' | 'wrapped';
}

/** Documents in one sequence. */
export interface PackedExample extends Features {
  readonly input_ids: readonly number[];
  /** −100 for the first token of each document, which nothing before it predicts. */
  readonly labels: readonly number[];
  /** From 0 again in each document. */
  readonly position_ids: readonly number[];
  /** Number of the document, from 1. */
  readonly document_ids: readonly number[];
}

/**
 * Puts documents (`input_ids`, and `labels` where they differ) together into sequences of at most `max_length`
 * tokens, so that little is padding; for `dataCollatorForPacking`, which keeps them from seeing each other.
 */
export function packExamples(examples: Iterable<Features>, options: PackOptions): PackedExample[] {
  checkOptions('packExamples', options, ['max_length', 'strategy']);
  const { max_length, strategy = 'bfd' } = options;
  if (!Number.isInteger(max_length) || max_length < 1) {
    throw new RangeError(`packExamples: max_length must be at least 1: got ${max_length}`);
  }
  const documents = Array.from(examples, (item, index): Document => {
    const input_ids = ids(item, index);
    const labels = item.labels === undefined ? input_ids : ids(item, index, 'labels');
    if (labels.length !== input_ids.length) {
      throw new RangeError(
        `packExamples: example ${index} has ${input_ids.length} tokens and ${labels.length} labels`,
      );
    }
    return { input_ids, labels };
  });
  switch (strategy) {
    case 'bfd':
      return bestFit(documents, max_length).map(packed);
    case 'wrapped':
      return wrapped(documents, max_length).map(packed);
    default:
      throw new TypeError(`packExamples: strategy takes 'bfd' or 'wrapped': got '${strategy}'`);
  }
}

/**
 * Batches of packed examples: `attention_mask` [batch, length, length] lets a token look at its own document only;
 * what a model says of a document is what it says of it alone. For the decoders of `@llm/nn`.
 *
 * @throws ExampleError for what is not packed, or longer than `max_length`
 */
export function dataCollatorForPacking(
  tokenizer: CollatorTokenizer,
  options: { readonly max_length: number },
): Collator {
  checkOptions('dataCollatorForPacking', options, ['max_length']);
  const { max_length: length } = options;
  const padId = needToken('dataCollatorForPacking', tokenizer, 'pad');
  const columns = { input_ids: padId, labels: -100, position_ids: 0, document_ids: 0 };
  const collate: Collator = (items) => {
    const rows = items.length;
    const table = (name: keyof typeof columns): Int32Array => {
      const data = new Int32Array(rows * length).fill(columns[name]);
      for (const [index, item] of items.entries()) {
        const list = ids(item, index, name, 'make the rows by packExamples');
        if (list.length > length) {
          throw new ExampleError(
            index,
            `'${name}' has ${list.length} tokens, more than max_length ${length}`,
          );
        }
        data.set(list, index * length);
      }
      return data;
    };
    const documents = table('document_ids');
    const mask = new Uint8Array(rows * length * length);
    for (let query = 0; query < rows * length; query++) {
      const start = query - (query % length);
      const document = documents[query]!;
      if (document === 0) continue;
      for (let key = 0; key < length; key++) {
        if (documents[start + key] === document) mask[query * length + key] = 1;
      }
    }
    const shape = [rows, length];
    return {
      input_ids: tensor(table('input_ids'), shape),
      labels: tensor(table('labels'), shape),
      position_ids: tensor(table('position_ids'), shape),
      attention_mask: tensor(mask, [rows, length, length], { dtype: 'bool' }),
    };
  };
  return Object.assign(collate, { columns: Object.keys(columns) });
}

interface Document {
  readonly input_ids: readonly number[];
  readonly labels: readonly number[];
}

/** Longest first, each into the sequence with the least room that it fits into. */
function bestFit(documents: readonly Document[], length: number): Document[][] {
  const order = documents
    .map((document) => cut(document, 0, length))
    .filter(({ input_ids }) => input_ids.length > 0)
    .sort((a, b) => b.input_ids.length - a.input_ids.length);
  const sequences: Document[][] = [];
  // Sequences by the room that they have left.
  const byRoom: number[][] = Array.from({ length: length + 1 }, () => []);
  for (const document of order) {
    const size = document.input_ids.length;
    let room = size;
    while (room <= length && byRoom[room]!.length === 0) room++;
    const index = room <= length ? byRoom[room]!.pop()! : sequences.push([]) - 1;
    sequences[index]!.push(document);
    byRoom[(room <= length ? room : length) - size]!.push(index);
  }
  return sequences;
}

function wrapped(documents: readonly Document[], length: number): Document[][] {
  const sequences: Document[][] = [];
  let room = 0;
  for (const document of documents) {
    for (let start = 0; start < document.input_ids.length; ) {
      if (room === 0) {
        sequences.push([]);
        room = length;
      }
      const piece = cut(document, start, start + room);
      sequences.at(-1)!.push(piece);
      start += piece.input_ids.length;
      room -= piece.input_ids.length;
    }
  }
  return sequences;
}

function cut({ input_ids, labels }: Document, start: number, end: number): Document {
  return { input_ids: input_ids.slice(start, end), labels: labels.slice(start, end) };
}

function packed(documents: readonly Document[]): PackedExample {
  return {
    input_ids: documents.flatMap(({ input_ids }) => input_ids),
    labels: documents.flatMap(({ labels }) => [-100, ...labels.slice(1)]),
    position_ids: documents.flatMap(({ input_ids }) => input_ids.map((_, place) => place)),
    document_ids: documents.flatMap(({ input_ids }, index) => input_ids.map(() => index + 1)),
  };
}
