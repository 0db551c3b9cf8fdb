import { widthAt } from '../code-points.ts';
import { TokenizerFileError } from '../json/error.ts';
import { describe, type Fields, JsonFloat } from '../json/fields.ts';
import { BYTE_TOKENS } from '../vocabulary.ts';
import type { TokenModel, TokenSpans } from './model.ts';
import { PrefixTrie } from './prefix-trie.ts';

/** How much less likely an unknown character is than the least likely token. */
const UNKNOWN_PENALTY = 10;

/** Room for the search through a longer text is not kept. */
const MAX_KEPT_PATH = 50_000;

/** Settings of {@link Unigram}, by their names in tokenizer.json. */
export interface UnigramOptions {
  /** Id of the token for unknown text; without one, unknown text is an error. */
  unk_id?: number | undefined;
  /** Spell unknown text by the tokens `<0x00>` to `<0xFF>` where the vocabulary has them. */
  byte_fallback?: boolean;
}

/** Room for the search through one text; the lists have an entry for each place between units. */
class Path {
  /** Score of the likeliest tokens that end at a place. */
  readonly best: Float64Array;
  /** Where the last of them begins, or -1. */
  readonly starts: Int32Array;
  /** Its id. */
  readonly ids: Int32Array;
  /** Where the token ends that begins at a place, for the tokens that were chosen in the end. */
  readonly ends: Int32Array;

  constructor(length: number) {
    this.best = new Float64Array(length + 1);
    this.starts = new Int32Array(length + 1);
    this.ids = new Int32Array(length + 1);
    this.ends = new Int32Array(length + 1);
  }
}

/** The likeliest segmentation under a unigram language model of tokens (Kudo 2018). */
export class Unigram implements TokenModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** Tokens with their log probabilities, in the order of their ids. */
  readonly pieces: readonly (readonly [token: string, score: number])[];
  /** Settings as given. */
  readonly options: Readonly<UnigramOptions>;
  private readonly scores: Float64Array;
  private readonly trie: PrefixTrie;
  private readonly unknownScore: number;
  private path = new Path(256);

  /**
   * @param pieces - Tokens with their log probabilities, in the order of their ids.
   * @param options - Settings.
   * @throws Error if `unk_id` is not an id of the vocabulary.
   */
  constructor(
    pieces: readonly (readonly [token: string, score: number])[],
    options: UnigramOptions = {},
  ) {
    this.pieces = pieces;
    this.options = options;
    const { unk_id } = options;
    if (
      unk_id !== undefined &&
      !(Number.isInteger(unk_id) && unk_id >= 0 && unk_id < pieces.length)
    ) {
      throw new Error(`Unigram: unk_id is ${unk_id}, the vocabulary has ${pieces.length} tokens`);
    }
    // Of equal tokens the last one counts, as in the Rust library.
    const vocab = new Map<string, number>();
    pieces.forEach(([token], id) => {
      vocab.set(token, id);
    });
    this.vocab = vocab;
    this.scores = Float64Array.from(pieces, ([, score]) => score);
    let least = Number.POSITIVE_INFINITY;
    for (const score of this.scores) if (score < least) least = score;
    this.unknownScore = least - UNKNOWN_PENALTY;
    this.trie = new PrefixTrie(vocab);
  }

  /** Reads a model from a file. */
  static read(fields: Fields): Unigram {
    const pieces = fields.list('vocab').map((entry, id): [string, number] => {
      const [token, score] = Array.isArray(entry) && entry.length === 2 ? entry : [];
      if (typeof token === 'string' && typeof score === 'number') return [token, score];
      throw new TokenizerFileError(
        `${fields.path}.vocab[${id}]: got ${describe(entry)}, wants a token and its score`,
      );
    });
    return new Unigram(pieces, {
      unk_id: fields.optionalInteger('unk_id', undefined),
      byte_fallback: fields.boolean('byte_fallback', false),
    });
  }

  idToToken(id: number): string | undefined {
    return this.pieces[id]?.[0];
  }

  tokenize(piece: string): readonly number[] {
    const ids: number[] = [];
    this.eachToken(piece, (id) => ids.push(id));
    return ids;
  }

  tokenizeSpans(piece: string): TokenSpans {
    const ids: number[] = [];
    const tokens: string[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    this.eachToken(piece, (id, start, end, isByte) => {
      ids.push(id);
      tokens.push(isByte ? this.pieces[id]![0] : piece.slice(start, end));
      starts.push(start);
      ends.push(end);
    });
    return { ids, tokens, starts, ends };
  }

  /** Calls `visit` for each of the likeliest tokens; neighbouring unknown characters are one token. */
  private eachToken(
    piece: string,
    visit: (id: number, start: number, end: number, isByte: boolean) => void,
  ): void {
    const { unk_id, byte_fallback } = this.options;
    const { ids, ends } = this.bestPath(piece);
    for (let start = 0; start < piece.length; ) {
      let end = ends[start]!;
      let id = ids[end]!;
      if (id === unk_id) {
        while (end < piece.length && ids[ends[end]!] === unk_id) end = ends[end]!;
        // What is unknown one by one may be known together.
        id = this.trie.find(piece, start, end);
      }
      const bytes = id < 0 && byte_fallback ? this.byteIds(piece.slice(start, end)) : undefined;
      if (bytes !== undefined) for (const byte of bytes) visit(byte, start, end, true);
      else visit(id < 0 ? unk_id! : id, start, end, false);
      start = end;
    }
  }

  /** Finds the likeliest tokens (Viterbi 1967). */
  private bestPath(text: string): Path {
    const { trie, scores, unknownScore } = this;
    const { length } = text;
    let { path } = this;
    if (path.ends.length <= length) path = new Path(length);
    if (length <= MAX_KEPT_PATH) this.path = path;
    const { best, starts, ends, ids } = path;
    starts.fill(-1, 0, length + 1);
    best[0] = 0;
    for (let start = 0; start < length; ) {
      const here = best[start]!;
      const width = widthAt(text, start);
      let hasSingle = false;
      for (let node = 0, end = start; end < length; ) {
        node = trie.step(node, text.charCodeAt(end++));
        if (node < 0) break;
        const id = trie.value(node);
        if (id < 0) continue;
        const score = scores[id]! + here;
        if (starts[end]! < 0 || score > best[end]!) {
          best[end] = score;
          starts[end] = start;
          ids[end] = id;
        }
        if (end - start === width) hasSingle = true;
      }
      const end = start + width;
      if (!hasSingle && (starts[end]! < 0 || unknownScore + here > best[end]!)) {
        best[end] = unknownScore + here;
        starts[end] = start;
        ids[end] = this.options.unk_id ?? this.noUnknownId(text.slice(start, end));
      }
      start = end;
    }
    for (let end = length; end > 0; end = starts[end]!) ends[starts[end]!] = end;
    return path;
  }

  private noUnknownId(text: string): never {
    throw new Error(`Unigram: ${describe(text)} is not in the vocabulary, and there is no unk_id`);
  }

  private byteIds(text: string): number[] | undefined {
    const ids: number[] = [];
    for (const byte of new TextEncoder().encode(text)) {
      const id = this.vocab.get(BYTE_TOKENS[byte]!);
      if (id === undefined) return undefined;
      ids.push(id);
    }
    return ids;
  }

  toJson() {
    return {
      type: 'Unigram',
      unk_id: this.options.unk_id ?? null,
      vocab: this.pieces.map(([token, score]) => [token, new JsonFloat(score)]),
      byte_fallback: this.options.byte_fallback ?? false,
    };
  }
}
