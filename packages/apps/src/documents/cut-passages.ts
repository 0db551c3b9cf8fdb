import type { PreTrainedTokenizer } from '@llm/tokenizers';
import { splitSentences } from '@llm/tokenizers/text';
import type { Document } from './read-documents.ts';

/** A part of a document that is found as a whole. */
export interface Passage {
  /** The document's id. */
  readonly document: string;
  /** Where it stands in the document, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How documents are cut. */
export interface PassageOptions {
  /** Most tokens of a passage. Default 200. */
  readonly max_tokens?: number;
  /** Sentences that a passage shares with the one before it. Default 1. */
  readonly overlap?: number;
}

interface Sentence {
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/**
 * Cuts a document into passages of whole sentences; a sentence longer than a passage is cut between words.
 *
 * @throws RangeError for sizes that are no whole numbers, or none
 */
export function cutPassages(
  document: Document,
  tokenizer: PreTrainedTokenizer,
  { max_tokens = 200, overlap = 1 }: PassageOptions = {},
): Passage[] {
  if (!Number.isInteger(max_tokens) || max_tokens < 1) {
    throw new RangeError(`cutPassages: max_tokens wants a whole number from 1: got ${max_tokens}`);
  }
  if (!Number.isInteger(overlap) || overlap < 0) {
    throw new RangeError(`cutPassages: overlap wants a whole number from 0: got ${overlap}`);
  }
  const sentences = sentencesOf(document.text, tokenizer, max_tokens);
  const passages: Passage[] = [];
  let first = 0;
  while (first < sentences.length) {
    let last = first;
    let tokens = sentences[first]!.tokens;
    while (last + 1 < sentences.length && tokens + sentences[last + 1]!.tokens <= max_tokens) {
      last += 1;
      tokens += sentences[last]!.tokens;
    }
    const { start } = sentences[first]!;
    const { end } = sentences[last]!;
    passages.push({ document: document.id, start, end, text: document.text.slice(start, end) });
    if (last === sentences.length - 1) break;
    // Each passage ends further on than the one before it, however many sentences are shared.
    first = Math.max(first + 1, last + 1 - overlap);
    const fits = (from: number) => {
      const shared = sentences.slice(from, last + 2);
      return shared.reduce((sum, sentence) => sum + sentence.tokens, 0) <= max_tokens;
    };
    while (first <= last && !fits(first)) first += 1;
  }
  return passages;
}

/** The sentences of a text with their places, none longer than `max` tokens. */
function sentencesOf(text: string, tokenizer: PreTrainedTokenizer, max: number): Sentence[] {
  const sentences: Sentence[] = [];
  let place = 0;
  for (const sentence of splitSentences(text)) {
    const start = text.indexOf(sentence, place);
    place = start + sentence.length;
    const { offsets, word_ids } = tokenizer.encode_plus(sentence, { add_special_tokens: false });
    for (let first = 0; first < offsets.length; ) {
      const last = lastOfPart(word_ids, first, max);
      const from = first === 0 ? 0 : offsets[first]![0];
      const to = last === offsets.length - 1 ? sentence.length : offsets[last]![1];
      sentences.push({ start: start + from, end: start + to, tokens: last - first + 1 });
      first = last + 1;
    }
  }
  return sentences;
}

/** The last token of a part that begins at `first`: the end of a word, unless one word fills it. */
function lastOfPart(words: readonly (number | null)[], first: number, max: number): number {
  if (words.length - first <= max) return words.length - 1;
  for (let last = first + max - 1; last > first; last--) {
    if (words[last] !== words[last + 1]) return last;
  }
  return first + max - 1;
}
