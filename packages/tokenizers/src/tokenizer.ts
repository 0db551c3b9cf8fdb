import { alignSegments } from './align-segments.ts';
import { codePointIndices, wellFormed } from './code-points.ts';
import { concatEncodings, Encoding, type Offsets, type TokenPlaces } from './encoding.ts';
import type { TokenSpans } from './models/model.ts';
import { TextPipeline } from './text-pipeline.ts';
import { type Truncation, truncatePair } from './truncation.ts';
import { utf8Spans } from './utf8.ts';
import { WordCache } from './word-cache.ts';

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
export class Tokenizer extends TextPipeline {
  private readonly spanCache = new WordCache<TokenSpans>();

  protected override idsByPlace(text: string): number[] {
    return this.detailed(text).ids;
  }

  /** Ids of a text with the places of their tokens, in code points. @param text - Well formed. */
  private detailed(text: string): { ids: number[] } & TokenPlaces {
    const { normalizer, preTokenizer, model } = this.parts;
    const ids: number[] = [];
    const tokens: string[] = [];
    const offsets: Offsets[] = [];
    const word_ids: number[] = [];
    let word = 0;
    for (const { text: segment, id } of alignSegments(text, this.addedVocabulary, normalizer)) {
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
    const make = (each: string): TokenSpans => {
      const found = model.tokenizeSpans(each);
      return 'widths' in found ? { ids: found.ids, ...utf8Spans(each, found.widths) } : found;
    };
    return model.isRandom ? make(piece) : this.spanCache.get(piece, 0, piece.length, make);
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
}
