import { checkOptions } from '@llm/nn';
import { BadRowError } from '../bad-rows.ts';
import { IterableDataset } from '../iterable-dataset.ts';
import { RandomSource } from '../random-source.ts';
import type { Row } from '../row.ts';
import { type TranslateBatch, type Translator, translateBatch } from './translator.ts';

/** Options of `backTranslate`. */
export interface BackTranslationOptions {
  /** Translates into the language in between. */
  readonly to: Translator;
  /** Translates back. */
  readonly from: Translator;
  /** The column that is said in other words. Default `'text'`. */
  readonly column?: string;
  /** Name of the column that tells rows from their copies: true for a copy. Default `'back_translated'`. */
  readonly mark?: string;
  /** Rows that are read and translated together. Default 8. */
  readonly batch_size?: number;
  /** Seed of what the models draw with `do_sample`. Default 0. */
  readonly seed?: number;
}

/** What back-translation did, in all passes together. */
export interface BackTranslationReport {
  /** Rows read. */
  rows: number;
  /** Copies made. */
  copies: number;
  /** Rows without a copy, by reason, and copies that said nothing new. */
  readonly left_out: {
    /** Texts of white space only. */
    empty: number;
    /** Texts, or translations, of more tokens than a model takes: a text that is cut off would say less. */
    too_long: number;
    /** Copies that are equal to their row or to another copy of it, or empty. */
    nothing_new: number;
  };
}

/**
 * Rows with copies that say the same in other words: the text is translated into another language and back ("Improving
 * Neural Machine Translation Models with Monolingual Data", Sennrich et al. 2016; as augmentation "QANet", Yu et al.
 * 2018). Each row comes first and its copies behind it, with the other columns repeated. Rows are translated as they
 * are wanted, a batch at a time; equal seeds and batches give equal copies in each pass.
 *
 * @example
 * const more = backTranslate(rows, { to: { model: enDe, tokenizer }, from: { model: deEn, tokenizer } });
 * @returns the rows, and a report that grows while they are read
 * @throws BadRowError, while reading, naming the row whose column is missing or holds no text
 */
export function backTranslate<Item extends Row>(
  rows: Iterable<Item> | AsyncIterable<Item>,
  options: BackTranslationOptions,
): IterableDataset<Item & Row> & { readonly report: BackTranslationReport } {
  const names = ['to', 'from', 'column', 'mark', 'batch_size', 'seed'] as const;
  checkOptions('backTranslate', options, names);
  const { column = 'text', mark = 'back_translated', batch_size = 8, seed = 0 } = options;
  if (!Number.isInteger(batch_size) || batch_size < 1) {
    throw new RangeError(
      `backTranslate: batch_size must be a whole number above 0: got ${batch_size}`,
    );
  }
  if (column === mark) {
    throw new TypeError(
      `backTranslate: column and mark are both '${column}'; the mark would replace the text`,
    );
  }
  const [there, back] = [translateBatch('to', options.to), translateBatch('from', options.from)];
  const report: BackTranslationReport = {
    rows: 0,
    copies: 0,
    left_out: { empty: 0, too_long: 0, nothing_new: 0 },
  };
  const stream = IterableDataset.from(async function* () {
    let number = 0;
    let batchNumber = 0;
    for await (const batch of batchesOf(rows, batch_size)) {
      const texts = batch.map((row) => textOf(row, column, ++number));
      report.rows += batch.length;
      const random = new RandomSource(seed, batchNumber++);
      const copies = await paraphrases(texts, there, back, random, report.left_out);
      for (const [index, row] of batch.entries()) {
        yield { ...row, [mark]: false };
        for (const text of copies[index]!) {
          report.copies++;
          yield { ...row, [column]: text, [mark]: true };
        }
      }
    }
  });
  return Object.assign(stream, { report });
}

/** Each text in other words, in as many ways as the translators give that are new. */
async function paraphrases(
  texts: readonly string[],
  there: TranslateBatch,
  back: TranslateBatch,
  random: RandomSource,
  leftOut: BackTranslationReport['left_out'],
): Promise<readonly ReadonlySet<string>[]> {
  const seeds = [random.below(2 ** 31), random.below(2 ** 31)] as const;
  const copies = texts.map(() => new Set<string>());
  const asked = texts.flatMap((text, row) => (isBlank(text) ? [] : { row, text }));
  leftOut.empty += texts.length - asked.length;
  const translated = await translateRows(asked, there, seeds[0], leftOut);
  const said = translated.filter(({ text }) => !isBlank(text));
  leftOut.nothing_new += translated.length - said.length;
  for (const { row, text } of await translateRows(said, back, seeds[1], leftOut)) {
    if (isBlank(text) || text === texts[row] || copies[row]!.has(text)) leftOut.nothing_new++;
    else copies[row]!.add(text);
  }
  return copies;
}

/** A text, and the row of the batch that it comes from. */
interface RowText {
  readonly row: number;
  readonly text: string;
}

async function translateRows(
  said: readonly RowText[],
  translate: TranslateBatch,
  seed: number,
  leftOut: BackTranslationReport['left_out'],
): Promise<RowText[]> {
  if (said.length === 0) return [];
  const texts = said.map(({ text }) => text);
  const translated = await translate(texts, seed);
  return said.flatMap(({ row }, index) => {
    const own = translated[index];
    if (own === undefined) leftOut.too_long++;
    return (own ?? []).map((text) => ({ row, text }));
  });
}

async function* batchesOf<Item>(
  rows: Iterable<Item> | AsyncIterable<Item>,
  size: number,
): AsyncGenerator<readonly Item[]> {
  let batch: Item[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function textOf(row: Row, column: string, number: number): string {
  const text = row[column];
  if (typeof text === 'string') return text;
  const problem = Object.hasOwn(row, column)
    ? `column '${column}' wants a text: got ${JSON.stringify(text)}`
    : `column '${column}' is missing; there are ${Object.keys(row).join(', ') || 'none'}`;
  throw new BadRowError('backTranslate', number, problem);
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}
