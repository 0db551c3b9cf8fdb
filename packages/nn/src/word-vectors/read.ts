/**
 * Files of word vectors: word2vec's text and binary formats, and GloVe's. They come from strangers: sizes are checked
 * against the bytes there are before anything is allocated.
 *
 * @module
 */
import { checkChoice, checkOptions } from '@llm/tensor';
import { Cursor, fieldsOf, numberOf, WordVectorsError } from './cursor.ts';
import { WordVectors } from './word-vectors.ts';

/** Options of `readWordVectors`. */
export interface WordVectorOptions {
  /**
   * `'word2vec'`: a line `words width`, then lines `word numbers…`; `'word2vec-binary'`: the same line, then of each
   * word its bytes, a space and little-endian f32 numbers; `'glove'`: lines alone.
   */
  readonly format: 'word2vec' | 'word2vec-binary' | 'glove';
  /** Reads at most so many words, which are the most frequent ones. Default: all. */
  readonly limit?: number;
  /** Whether words of invalid UTF-8, which published files have, are refused or get U+FFFD. Default `'strict'`. */
  readonly errors?: 'strict' | 'replace';
}

/**
 * Reads word vectors from a file's bytes.
 *
 * @throws WordVectorsError if the file is malformed: counts that do not fit its size, lines of other widths, things
 * that are no finite numbers. @throws TypeError for an unknown option.
 */
export function readWordVectors(bytes: Uint8Array, options: WordVectorOptions): WordVectors {
  checkOptions('readWordVectors', options, ['format', 'limit', 'errors']);
  const { format, limit = Number.POSITIVE_INFINITY, errors = 'strict' } = options;
  checkChoice('readWordVectors', 'format', format, ['word2vec', 'word2vec-binary', 'glove']);
  checkChoice('readWordVectors', 'errors', errors, ['strict', 'replace']);
  if (!(limit >= 0)) {
    throw new RangeError(`readWordVectors: limit is ${limit}, wants a number of words`);
  }
  const cursor = new Cursor(bytes, errors);
  if (format === 'glove') return readLines(cursor, undefined, limit);
  const header = headerOf(cursor);
  return format === 'word2vec'
    ? readLines(cursor, header, Math.min(limit, header.count))
    : readBinary(cursor, header.width, Math.min(limit, header.count));
}

interface Header {
  readonly count: number;
  readonly width: number;
}

function headerOf(cursor: Cursor): Header {
  const line = cursor.line() ?? new Uint8Array();
  const [count, width, ...rest] = fieldsOf(line).map(([start, end]) =>
    numberOf(line.subarray(start, end)),
  );
  if (!isCount(count) || !isCount(width) || width === 0 || rest.length > 0) {
    throw new WordVectorsError(
      'word vectors: wants a first line of two whole numbers, words and width; is this a GloVe file?',
    );
  }
  return { count, width };
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readBinary(cursor: Cursor, width: number, count: number): WordVectors {
  checkSize(cursor, count, 2 + 4 * width);
  const values = new Float32Array(count * width);
  const words: string[] = [];
  for (let row = 0; row < count; row++) {
    cursor.skipLineEnd(); // the original program writes one after each vector, others do not
    const word = cursor.upToSpace();
    if (word === undefined || cursor.left < 4 * width) {
      throw new WordVectorsError(`word vectors: the file ends in word ${row + 1} of ${count}`);
    }
    words.push(cursor.text(word, `word ${row + 1}`));
    const numbers = cursor.take(4 * width);
    const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    for (let i = 0; i < width; i++) put(values, row, width, i, view.getFloat32(4 * i, true));
  }
  return new WordVectors(words, values, width);
}

/** Lines of a word and its numbers. Words may have spaces in them (GloVe's do), so the numbers are the last fields. */
function readLines(cursor: Cursor, header: Header | undefined, limit: number): WordVectors {
  if (header) checkSize(cursor, limit, 1 + 2 * header.width);
  const words: string[] = [];
  const rows: Float32Array[] = [];
  let width = header?.width;
  while (words.length < limit) {
    const line = cursor.line();
    if (line === undefined) break;
    const fields = fieldsOf(line);
    if (fields.length === 0) continue;
    width ??= fields.length - 1;
    const numbers = fields.slice(fields.length - width);
    if (width < 1 || fields.length <= width) {
      throw new WordVectorsError(
        `word vectors: word ${words.length + 1} wants a word and ${Math.max(width, 1)} numbers: got ${fields.length} fields`,
      );
    }
    const row = new Float32Array(width);
    numbers.forEach(([start, end], i) => {
      put(row, 0, width!, i, numberOf(line.subarray(start, end)), words.length);
    });
    const [first] = fields as [[number, number]];
    const end = fields[fields.length - width - 1]![1];
    words.push(cursor.text(line.subarray(first[0], end), `word ${words.length + 1}`));
    rows.push(row);
  }
  if (header && words.length < limit) {
    throw new WordVectorsError(
      `word vectors: the file ends after ${words.length} of ${limit} words`,
    );
  }
  if (width === undefined) throw new WordVectorsError('word vectors: the file holds no words');
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    values.set(row, i * row.length);
  });
  return new WordVectors(words, values, width);
}

/** Before memory is taken for what a header promises. */
function checkSize(cursor: Cursor, count: number, least: number): void {
  if (count * least > cursor.left + 1) {
    throw new WordVectorsError(
      `word vectors: ${count} words of ${least} bytes or more do not fit into the ${cursor.left} bytes of the file`,
    );
  }
}

function put(
  values: Float32Array,
  row: number,
  width: number,
  column: number,
  value: number,
  shownRow: number = row,
): void {
  if (!Number.isFinite(value)) {
    throw new WordVectorsError(
      `word vectors: number ${column + 1} of word ${shownRow + 1} is no finite number; where words have spaces, other lines must tell the width first`,
    );
  }
  values[row * width + column] = value;
}
