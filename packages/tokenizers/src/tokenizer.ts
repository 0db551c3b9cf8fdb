import { type AddedToken, AddedVocabulary } from './added-vocabulary.ts';
import { codePointIndices, wellFormed } from './code-points.ts';
import type { Decoder } from './decoders/decoder.ts';
import { concatEncodings, Encoding, type Offsets, type TokenPlaces } from './encoding.ts';
import type { Json } from './json/fields.ts';
import type { TokenModel, TokenSpans } from './models/model.ts';
import type { Normalizer } from './normalizers/normalizer.ts';
import type { PostProcessor } from './post-processors/post-processor.ts';
import type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.ts';
import { type Truncation, truncatePair } from './truncation.ts';
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

/** What offsets count. */
export type OffsetUnit = 'utf16' | 'code_point';

/** A text, or its words where somebody cut it already. */
export type TokenizerInput = string | readonly string[];

/** Options of {@link Tokenizer.encode}. */
export interface TokenizerEncodeOptions {
  /** Whether the post-processor adds its tokens; true by default. */
  addSpecialTokens?: boolean;
  /** How to cut; no cut if absent. */
  truncation?: Truncation | undefined;
  /** Make tokens, offsets and words too, in this unit; without it the encoding has none. */
  places?: OffsetUnit | undefined;
}

/** What tokenizer.json describes: text in, ids out, and back. */
export class Tokenizer {
  /** The parts, in the order of their work. */
  readonly parts: Readonly<TokenizerParts>;
  /** Tokens found in the text before the model sees it. */
  readonly addedVocabulary = new AddedVocabulary();
  private readonly idCache = new WordCache<readonly number[]>();
  private readonly spanCache = new WordCache<TokenSpans>();

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
    const { normalizer, preTokenizer } = this.parts;
    const input = wellFormed(text);
    // Where pieces depend on their place in the input, a normalizer hides it from the fast path.
    if (preTokenizer?.dependsOnPlace && normalizer !== undefined) return this.detailed(input).ids;
    const ids: number[] = [];
    let atStart = true;
    for (const segment of this.addedVocabulary.split(input, normalizer)) {
      if (typeof segment === 'number') ids.push(segment);
      else this.pushIds(segment, atStart, ids);
      atStart = false;
    }
    return ids;
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

  /** Ids of a text with the places of their tokens, in code points. @param text - Well formed. */
  private detailed(text: string): { ids: number[] } & TokenPlaces {
    const { normalizer, preTokenizer, model } = this.parts;
    const ids: number[] = [];
    const tokens: string[] = [];
    const offsets: Offsets[] = [];
    const word_ids: number[] = [];
    let word = 0;
    for (const { text: segment, id } of this.addedVocabulary.align(text, normalizer)) {
      if (id !== undefined) {
        ids.push(id);
        tokens.push(segment.text);
        offsets.push(segment.originalRange(0, segment.text.length));
        word_ids.push(word++);
        continue;
      }
      for (const piece of preTokenizer?.align(segment) ?? [segment]) {
        const spans = this.spansOf(piece.text);
        for (let i = 0; i < spans.ids.length; i++) {
          ids.push(spans.ids[i]!);
          tokens.push(spans.tokens?.[i] ?? model.idToToken(spans.ids[i]!)!);
          offsets.push(piece.originalRange(spans.starts[i]!, spans.ends[i]!));
          word_ids.push(word);
        }
        word++;
      }
    }
    return { ids, tokens, offsets, word_ids };
  }

  private spansOf(piece: string): TokenSpans {
    const { model } = this.parts;
    if (model.isRandom) return model.tokenizeSpans(piece);
    return this.spanCache.get(piece, 0, piece.length, (each) => model.tokenizeSpans(each));
  }

  /**
   * Encodes a text or a pair of texts. Texts may be given as words that somebody cut already; then
   * offsets count from the beginning of each word.
   *
   * @param text - The text.
   * @param pair - The second text of a pair.
   * @param options - See {@link TokenizerEncodeOptions}.
   * @throws Error if the truncation cannot be met.
   */
  encode(
    text: TokenizerInput,
    pair?: TokenizerInput | undefined,
    options: TokenizerEncodeOptions = {},
  ): Encoding {
    const { addSpecialTokens = true, truncation, places } = options;
    const { postProcessor } = this.parts;
    let first = this.encodeInput(text, 0, places);
    let second = pair === undefined ? undefined : this.encodeInput(pair, 1, places);
    if (truncation !== undefined) {
      const added = addSpecialTokens ? (postProcessor?.addedTokens(pair !== undefined) ?? 0) : 0;
      const room = truncation.maxLength - added;
      if (room < 0) {
        throw new Error(
          `truncation: max_length is ${truncation.maxLength}, but the special tokens alone are ${added}; raise it, or set add_special_tokens to false`,
        );
      }
      [first, second] = truncatePair(first, second, { ...truncation, maxLength: room });
    }
    const inputs = second === undefined ? [first] : [first, second];
    // One input by itself is left unmarked, as in the Rust library.
    if (postProcessor !== undefined || second !== undefined) {
      inputs.forEach((input, sequence) => {
        for (const each of [input, ...input.overflowing]) each.setSequence(sequence);
      });
    }
    return concatEncodings(postProcessor?.process(inputs, addSpecialTokens) ?? inputs);
  }

  private encodeInput(
    input: TokenizerInput,
    typeId: number,
    unit: OffsetUnit | undefined,
  ): Encoding {
    if (typeof input === 'string') return this.encodeText(input, typeId, unit);
    const words = input.map((word, index) => {
      const encoding = this.encodeText(word, typeId, unit);
      encoding.word_ids.fill(index);
      return encoding;
    });
    return concatEncodings(words.length > 0 ? words : [this.encodeText('', typeId, unit)]);
  }

  private encodeText(text: string, typeId: number, unit: OffsetUnit | undefined): Encoding {
    if (unit === undefined) return Encoding.ofText(this.idsOf(text), typeId);
    const { ids, ...places } = this.detailed(wellFormed(text));
    const indices = unit === 'utf16' ? codePointIndices(text) : undefined;
    if (indices !== undefined) {
      places.offsets = places.offsets.map(([start, end]) => [indices[start]!, indices[end]!]);
    }
    return Encoding.ofText(ids, typeId, places);
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
