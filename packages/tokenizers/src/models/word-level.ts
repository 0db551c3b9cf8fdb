import { describe, type Fields } from '../json/fields.ts';
import { invertVocabulary, readVocabulary, sortedVocabulary } from '../vocabulary.ts';
import type { TokenModel, TokenSpans } from './model.ts';

/** Settings of {@link WordLevel}, by their names in tokenizer.json. */
export interface WordLevelOptions {
  /** Token for words that are not in the vocabulary; `<unk>` by default. */
  unk_token?: string;
}

/** One token for each word. */
export class WordLevel implements TokenModel {
  readonly vocab: ReadonlyMap<string, number>;
  /** Token for words that are not in the vocabulary. */
  readonly unk_token: string;
  private readonly tokens: readonly (string | undefined)[];

  /**
   * @param vocab - Ids by word.
   * @param options - Settings.
   * @throws Error if two words share an id.
   */
  constructor(vocab: ReadonlyMap<string, number>, options: WordLevelOptions = {}) {
    this.vocab = vocab;
    this.unk_token = options.unk_token ?? '<unk>';
    this.tokens = invertVocabulary('WordLevel', vocab);
  }

  /** Reads a model from a file. */
  static read(fields: Fields): WordLevel {
    return new WordLevel(readVocabulary(fields), {
      unk_token: fields.string('unk_token'),
    });
  }

  idToToken(id: number): string | undefined {
    return this.tokens[id];
  }

  tokenize(piece: string): readonly number[] {
    const id = this.vocab.get(piece) ?? this.vocab.get(this.unk_token);
    if (id !== undefined) return [id];
    throw new Error(
      `WordLevel: ${describe(piece)} is not in the vocabulary, nor is the unk_token ${describe(this.unk_token)}`,
    );
  }

  tokenizeSpans(piece: string): TokenSpans {
    return { ids: this.tokenize(piece), starts: [0], ends: [piece.length] };
  }

  toJson() {
    return { type: 'WordLevel', vocab: sortedVocabulary(this.vocab), unk_token: this.unk_token };
  }
}
