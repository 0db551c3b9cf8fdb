import { type AddedToken, AddedVocabulary } from './added-vocabulary.ts';
import type { Decoder } from './decoders/decoder.ts';
import { concatEncodings, type Encoding, makeEncoding, type Side } from './encoding.ts';
import type { Json } from './json/fields.ts';
import type { TokenModel } from './models/model.ts';
import type { Normalizer } from './normalizers/normalizer.ts';
import type { PostProcessor } from './post-processors/post-processor.ts';
import type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.ts';
import { type TruncationStrategy, truncatePair } from './truncation.ts';

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

/** How an input that is too long is cut. */
export interface Truncation {
  /** Tokens that may remain, special tokens included. */
  maxLength: number;
  /** Which input of a pair is cut. */
  strategy: TruncationStrategy;
  /** Which end is cut off. */
  side: Side;
}

/** What tokenizer.json describes: text in, ids out, and back. */
export class Tokenizer {
  /** The parts, in the order of their work. */
  readonly parts: Readonly<TokenizerParts>;
  /** Tokens found in the text before the model sees it. */
  readonly addedVocabulary = new AddedVocabulary();

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
    const { normalizer, preTokenizer, model } = this.parts;
    const ids: number[] = [];
    for (const segment of this.addedVocabulary.split(text, normalizer)) {
      if (typeof segment === 'number') {
        ids.push(segment);
        continue;
      }
      for (const piece of preTokenizer?.preTokenize(segment) ?? [segment]) {
        for (const id of model.tokenize(piece)) ids.push(id);
      }
    }
    return ids;
  }

  /**
   * Encodes a text or a pair of texts.
   *
   * @param text - The text.
   * @param pair - The second text of a pair.
   * @param addSpecialTokens - Whether the post-processor adds its tokens.
   * @param truncation - How to cut; no cut if absent.
   * @throws Error if the truncation cannot be met.
   */
  encode(
    text: string,
    pair: string | undefined,
    addSpecialTokens: boolean,
    truncation?: Truncation,
  ): Encoding {
    const { postProcessor } = this.parts;
    let first = makeEncoding(this.idsOf(text));
    let second = pair === undefined ? undefined : makeEncoding(this.idsOf(pair), 1);
    if (truncation !== undefined) {
      const added = addSpecialTokens ? (postProcessor?.addedTokens(pair !== undefined) ?? 0) : 0;
      const room = truncation.maxLength - added;
      if (room < 0) {
        throw new Error(
          `truncation: max_length is ${truncation.maxLength}, but the special tokens alone are ${added}; raise it, or set add_special_tokens to false`,
        );
      }
      const { strategy, side } = truncation;
      [first, second] = truncatePair(first, second, room, strategy, side);
    }
    const inputs = second === undefined ? [first] : [first, second];
    return concatEncodings(postProcessor?.process(inputs, addSpecialTokens) ?? inputs);
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
