import { type AddedToken, AddedVocabulary } from './added-vocabulary.ts';
import { wellFormed } from './code-points.ts';
import type { Decoder } from './decoders/decoder.ts';
import type { Json } from './json/fields.ts';
import type { TokenModel } from './models/model.ts';
import type { Normalizer } from './normalizers/normalizer.ts';
import type { PostProcessor } from './post-processors/post-processor.ts';
import type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.ts';
import { WordCache } from './word-cache.ts';

/** The parts of a tokenizer; all but the model may be missing. */
export interface TokenizerParts {
  /** Rewrites the text. */
  normalizer?: Normalizer | undefined;
  /** Splits the text into pieces. */
  preTokenizer?: PreTokenizer | undefined;
  /** Turns pieces into ids. */
  model: TokenModel;
  /** Adds special tokens. */
  postProcessor?: PostProcessor | undefined;
  /** Turns tokens into text. */
  decoder?: Decoder | undefined;
  /** The `truncation` entry of the file; kept, not applied: a call says what it wants. */
  truncation?: Json;
  /** The `padding` entry of the file; kept, not applied. */
  padding?: Json;
}

/** Text into ids and back, without places, segments, pairs: what every use of a tokenizer has. */
export class TextPipeline {
  /** The parts, in the order of their work. */
  readonly parts: Readonly<TokenizerParts>;
  /** Tokens found in the text before the model sees it. */
  readonly addedVocabulary = new AddedVocabulary();
  private readonly idCache = new WordCache<readonly number[]>();

  /** @param parts - The components. @param addedTokens - Tokens on top of the model's. */
  constructor(parts: TokenizerParts, addedTokens: readonly AddedToken[] = []) {
    this.parts = parts;
    this.addTokens(addedTokens);
  }

  /** Adds tokens on top of the vocabulary; returns how many were new. */
  addTokens(tokens: readonly AddedToken[]): number {
    return this.addedVocabulary.add(tokens, this.parts.model, this.parts.normalizer);
  }

  /** The id of a token, or undefined. */
  tokenToId(token: string): number | undefined {
    return this.addedVocabulary.id(token) ?? this.parts.model.vocab.get(token);
  }

  /** The token of an id, or undefined. */
  idToToken(id: number): string | undefined {
    return this.addedVocabulary.token(id)?.content ?? this.parts.model.idToToken(id);
  }

  /** Ids by token, the added tokens among them. */
  vocab(): Map<string, number> {
    const vocab = new Map(this.parts.model.vocab);
    for (const [id, token] of this.addedVocabulary.tokens) vocab.set(token.content, id);
    return vocab;
  }

  /** Ids of a text, without special tokens. */
  idsOf(text: string): number[] {
    const input = wellFormed(text);
    if (this.needsPlaces) return this.idsByPlace(input);
    const { normalizer } = this.parts;
    const ids: number[] = [];
    let atStart = true;
    for (const segment of this.addedVocabulary.split(input, normalizer)) {
      if (typeof segment === 'number') ids.push(segment);
      else this.pushIds(segment, atStart, ids);
      atStart = false;
    }
    return ids;
  }

  /**
   * Whether pieces depend on their place in the input, and normalizers or several pre-tokenizers hide it from whoever
   * sees only strings.
   */
  get needsPlaces(): boolean {
    const { normalizer, preTokenizer } = this.parts;
    return (
      Boolean(preTokenizer?.dependsOnPlace) && !(normalizer === undefined && preTokenizer?.halves)
    );
  }

  /** Ids of a text where it {@link needsPlaces}. @param _text - Well formed. */
  protected idsByPlace(_text: string): number[] {
    throw new Error('pre_tokenizer: its pieces depend on places in the text; use Tokenizer');
  }

  private pushIds(segment: string, atStart: boolean, ids: number[]): void {
    const { preTokenizer, model } = this.parts;
    const halves = preTokenizer === undefined ? {} : preTokenizer.halves;
    const rewrite = halves?.rewrite;
    const idsOf = (piece: string) => model.tokenize(rewrite?.(piece) ?? piece);
    const push = (text: string, start: number, end: number): void => {
      const found = model.isRandom
        ? idsOf(text.slice(start, end))
        : this.idCache.get(text, start, end, idsOf);
      for (let i = 0; i < found.length; i++) ids.push(found[i]!);
    };
    if (halves === undefined) {
      const pieces = preTokenizer!.preTokenize(segment, atStart);
      for (const piece of pieces) push(piece, 0, piece.length);
      return;
    }
    const text = halves.whole?.(segment, atStart) ?? segment;
    const places = halves.cuts?.(text) ?? [0, text.length];
    for (let i = 0; i < places.length; i += 2) push(text, places[i]!, places[i + 1]!);
  }

  /**
   * Turns ids into text. Ids that the vocabulary does not have are left out, as in Python: a model
   * often has more rows than its tokenizer has tokens.
   *
   * @param ids - The ids.
   * @param skipSpecialTokens - Leave special tokens out.
   */
  decode(ids: Iterable<number>, skipSpecialTokens: boolean): string {
    const { decoder, normalizer, model } = this.parts;
    const tokens: string[] = [];
    for (const id of ids) {
      const added = this.addedVocabulary.token(id);
      if (added !== undefined) {
        if (skipSpecialTokens && added.special) continue;
        tokens.push(
          added.normalized
            ? (normalizer?.normalize(added.content) ?? added.content)
            : added.content,
        );
      } else {
        const token = model.idToToken(id);
        if (token !== undefined) tokens.push(token);
      }
    }
    return decoder === undefined ? tokens.join(' ') : decoder.decodeChain(tokens).join('');
  }
}
