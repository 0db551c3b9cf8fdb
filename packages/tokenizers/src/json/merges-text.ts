import type { Merge, PackedMerges } from '../models/merge-list.ts';
import { hashOf, UnitTable } from '../unit-table.ts';
import type { TextReader } from './text-reader.ts';

/** Numbers that are kept of each token: start, end, hash. */
const STRIDE = 3;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** A list of merges in a text, by the places of their tokens. */
class MergesText implements PackedMerges {
  readonly length: number;
  private readonly text: string;
  private readonly spans: Int32Array;
  /** Tokens that are written with escapes, by their index among all tokens. */
  private readonly escaped: ReadonlyMap<number, string>;

  constructor(text: string, spans: Int32Array, escaped: ReadonlyMap<number, string>) {
    this.text = text;
    this.spans = spans;
    this.escaped = escaped;
    this.length = spans.length / STRIDE / 2;
  }

  at(rank: number): Merge {
    return [this.token(2 * rank), this.token(2 * rank + 1)];
  }

  idsIn(vocab: ReadonlyMap<string, number>, tokens: readonly (string | undefined)[]): Int32Array {
    const { text, spans } = this;
    const { table, known } = tableOf(vocab, tokens);
    const ids = new Int32Array(2 * this.length);
    for (let index = 0; index < ids.length; index++) {
      const span = STRIDE * index;
      const found = table.find(text, spans[span]!, spans[span + 1]!, spans[span + 2]!);
      ids[index] = found < 0 ? (vocab.get(this.token(index)) ?? -1) : known[found]!;
    }
    return ids;
  }

  private token(index: number): string {
    const span = STRIDE * index;
    return this.escaped.get(index) ?? this.text.slice(this.spans[span], this.spans[span + 1]);
  }
}

/** Looks tokens up without a string for each, which `vocab` would want. */
function tableOf(
  vocab: ReadonlyMap<string, number>,
  tokens: readonly (string | undefined)[],
): { table: UnitTable; known: Int32Array } {
  let units = 0;
  for (const token of vocab.keys()) units += token.length;
  const table = new UnitTable(vocab.size, units);
  /** Ids by index in the table. */
  const known = new Int32Array(vocab.size);
  tokens.forEach((token, id) => {
    if (token === undefined) return;
    const index = table.add(token, 0, token.length, hashOf(token, 0, token.length));
    if (index >= 0) known[index] = id;
  });
  return { table, known };
}

/**
 * Takes a list of pairs of strings.
 *
 * @param reader - Stands before the list; afterwards behind it.
 * @returns The pairs, or undefined if it is another list: malformed, of single strings, empty.
 */
export function readMergesText(reader: TextReader): PackedMerges | undefined {
  let spans = new Int32Array(STRIDE * 2 ** 12);
  let used = 0;
  const escaped = new Map<number, string>();
  const token = (): boolean => {
    if (!reader.string()) return false;
    if (used === spans.length) {
      const larger = new Int32Array(2 * used);
      larger.set(spans);
      spans = larger;
    }
    const isEscaped = reader.unescaped !== undefined;
    if (isEscaped) escaped.set(used / STRIDE, reader.unescaped!);
    spans[used++] = reader.start;
    // No token has the length -1: one with escapes will be looked up as a string.
    spans[used++] = isEscaped ? reader.start - 1 : reader.end;
    spans[used++] = reader.hash;
    return true;
  };
  if (!reader.take(OPEN)) return undefined;
  do {
    const isPair =
      reader.take(OPEN) && token() && reader.take(COMMA) && token() && reader.take(CLOSE);
    if (!isPair) return undefined;
  } while (reader.take(COMMA));
  if (!reader.take(CLOSE)) return undefined;
  return new MergesText(reader.text, spans.slice(0, used), escaped);
}
