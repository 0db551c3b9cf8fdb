import type { AddedVocabulary } from './added-vocabulary.ts';
import { AlignedText } from './aligned-text.ts';
import type { Normalizer } from './normalizers/normalizer.ts';

/** A stretch of text; with an id if an added token stood there. */
export interface AlignedSegment {
  /** The text. */
  readonly text: AlignedText;
  /** Id of the added token; undefined for other text. */
  readonly id: number | undefined;
}

/**
 * What {@link AddedVocabulary.split} does, for a text that remembers where its characters come from.
 *
 * @param text - The input.
 * @param vocabulary - The tokens that are cut out.
 * @param normalizer - Rewrites what lies between them.
 */
export function alignSegments(
  text: string,
  vocabulary: AddedVocabulary,
  normalizer: Normalizer | undefined,
): AlignedSegment[] {
  const segments: AlignedSegment[] = [];
  const add = (part: AlignedText, id: number | undefined): void => {
    if (part.text !== '') segments.push({ text: part, id });
  };
  const input = AlignedText.of(text);
  vocabulary.cutOriginal(text, (start, end, id) => {
    const part = input.slice(start, end);
    if (id !== undefined) {
      add(part, id);
      return;
    }
    const normalized = normalizer?.align(part) ?? part;
    vocabulary.cutNormalized(normalized.text, (first, last, inner) => {
      add(normalized.slice(first, last), inner);
    });
  });
  return segments;
}
