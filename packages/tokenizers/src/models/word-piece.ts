import { describe, type Fields } from '../json/fields.ts';
import { invertVocabulary, readVocabulary, sortedVocabulary } from '../vocabulary.ts';
import type { TokenModel, TokenSpans } from './model.ts';

/** Settings of {@link WordPiece}, by their names in tokenizer.json. */
export interface WordPieceOptions {
  /** Token for words that cannot be spelled; `[UNK]` by default. */
  unk_token?: string;
  /** What the vocabulary puts before pieces that do not start a word; `##` by default. */
  continuing_subword_prefix?: string;
  /** Words of more characters are unknown; 100 by default. */
  max_input_chars_per_word?: number;
}

/** The longest piece of the vocabulary first, from the left (Wu et al. 2016; BERT's model). */
export class WordPiece implements TokenModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** Settings, with the defaults filled in. */
  readonly options: Readonly<Required<WordPieceOptions>>;
  private readonly tokens: readonly (string | undefined)[];
  /** No token is longer, so no longer stretch is looked up. */
  private readonly longest: number;

  /**
   * @param vocab - Ids by token.
   * @param options - Settings.
   * @throws Error if two tokens share an id.
   */
  constructor(vocab: ReadonlyMap<string, number>, options: WordPieceOptions = {}) {
    this.vocab = vocab;
    this.options = {
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      ...options,
    };
    this.tokens = invertVocabulary('WordPiece', vocab);
    let longest = 0;
    for (const token of vocab.keys()) longest = Math.max(longest, token.length);
    this.longest = longest;
  }

  /** Reads a model from a file. */
  static read(fields: Fields): WordPiece {
    return new WordPiece(readVocabulary(fields), {
      unk_token: fields.string('unk_token'),
      continuing_subword_prefix: fields.string('continuing_subword_prefix'),
      max_input_chars_per_word: fields.integer('max_input_chars_per_word'),
    });
  }

  idToToken(id: number): string | undefined {
    return this.tokens[id];
  }

  tokenize(piece: string): readonly number[] {
    return this.tokenizeSpans(piece).ids;
  }

  tokenizeSpans(piece: string): TokenSpans {
    const { continuing_subword_prefix: prefix, max_input_chars_per_word } = this.options;
    const ids: number[] = [];
    const ends: number[] = [];
    if (isLongerThan(piece, max_input_chars_per_word)) return this.unknown(piece);
    for (let start = 0; start < piece.length; ) {
      let end = Math.min(piece.length, start + this.longest);
      let id: number | undefined;
      for (; end > start; end--) {
        const part = piece.slice(start, end);
        id = this.vocab.get(start > 0 ? prefix + part : part);
        if (id !== undefined) break;
      }
      if (id === undefined) return this.unknown(piece);
      ids.push(id);
      ends.push(end);
      start = end;
    }
    return { ids, starts: [0, ...ends.slice(0, -1)].slice(0, ids.length), ends };
  }

  private unknown(piece: string): TokenSpans {
    const { unk_token } = this.options;
    const id = this.vocab.get(unk_token);
    if (id !== undefined) return { ids: [id], starts: [0], ends: [piece.length] };
    throw new Error(
      `WordPiece: ${describe(piece)} cannot be spelled, and the unk_token ${describe(unk_token)} is not in the vocabulary`,
    );
  }

  toJson() {
    return { type: 'WordPiece', ...this.options, vocab: sortedVocabulary(this.vocab) };
  }
}

/** Whether a text has more code points than `limit`. */
function isLongerThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let count = 0;
  for (const _ of text) if (++count > limit) return true;
  return false;
}
