import { TokenizerFileError } from '../json/error.ts';
import { describe, type Fields, JsonFloat } from '../json/fields.ts';
import type { TokenModel, TokenSpans } from './model.ts';
import { PrefixTrie } from './prefix-trie.ts';
import { BYTE_TOKENS } from './vocabulary.ts';

/** How much less likely an unknown character is than the least likely token. */
const UNKNOWN_PENALTY = 10;

/** Settings of {@link Unigram}, by their names in tokenizer.json. */
export interface UnigramOptions {
  /** Id of the token for unknown text; without one, unknown text is an error. */
  unk_id?: number | undefined;
  /** Spell unknown text by the tokens `<0x00>` to `<0xFF>` where the vocabulary has them. */
  byte_fallback?: boolean;
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
    return this.tokenizeSpans(piece).ids;
  }

  tokenizeSpans(piece: string): TokenSpans {
    const ids: number[] = [];
    const tokens: string[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    const add = (id: number, token: string, start: number, end: number): void => {
      ids.push(id);
      tokens.push(token);
      starts.push(start);
      ends.push(end);
    };
    const cuts = this.bestCuts(piece);
    for (let i = 0; i + 1 < cuts.length; i++) {
      const start = cuts[i]!;
      const end = cuts[i + 1]!;
      const text = piece.slice(start, end);
      const id = this.vocab.get(text);
      if (id !== undefined) {
        add(id, text, start, end);
        continue;
      }
      const bytes = this.options.byte_fallback ? this.byteIds(text) : undefined;
      if (bytes === undefined) add(this.unknownId(text), text, start, end);
      else for (const byte of bytes) add(byte, this.pieces[byte]![0], start, end);
    }
    return { ids, tokens, starts, ends };
  }

  /** Where the likeliest tokens begin and end; neighbouring unknown characters are one token. */
  private bestCuts(text: string): number[] {
    const { trie, scores, unknownScore } = this;
    const length = text.length;
    const bestScore = new Float64Array(length + 1);
    const cameFrom = new Int32Array(length + 1).fill(-1);
    const bestId = new Int32Array(length + 1);
    for (let start = 0; start < length; ) {
      const here = bestScore[start]!;
      const width = text.codePointAt(start)! > 0xffff ? 2 : 1;
      let hasSingle = false;
      for (let node = 0, end = start; end < length; ) {
        node = trie.step(node, text.charCodeAt(end++));
        if (node < 0) break;
        const id = trie.value(node);
        if (id < 0) continue;
        const score = scores[id]! + here;
        if (cameFrom[end]! < 0 || score > bestScore[end]!) {
          bestScore[end] = score;
          cameFrom[end] = start;
          bestId[end] = id;
        }
        if (end - start === width) hasSingle = true;
      }
      if (!hasSingle) {
        const end = start + width;
        const score = unknownScore + here;
        if (cameFrom[end]! < 0 || score > bestScore[end]!) {
          bestScore[end] = score;
          cameFrom[end] = start;
          bestId[end] = this.unknownId(text.slice(start, end));
        }
      }
      start += width;
    }
    const cuts = [length];
    const { unk_id } = this.options;
    let previousUnknown = false;
    for (let end = length; end > 0; end = cameFrom[end]!) {
      const isUnknown = bestId[end] === unk_id;
      if (isUnknown && previousUnknown) cuts.pop();
      cuts.push(cameFrom[end]!);
      previousUnknown = isUnknown;
    }
    return cuts.reverse();
  }

  private unknownId(text: string): number {
    if (this.options.unk_id !== undefined) return this.options.unk_id;
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
