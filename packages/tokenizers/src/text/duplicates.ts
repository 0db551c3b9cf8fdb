import { checkOptions } from './options.ts';
import { mix32 } from './random.ts';
import type { TextRow, TextStep } from './step.ts';

/** Options of {@link exactDuplicatesStep}. */
export interface ExactDuplicatesOptions {
  /** Texts that differ only in case count as equal; false by default. */
  ignore_case?: boolean;
  /** Texts that differ only in punctuation and symbols count as equal; false by default. */
  ignore_punctuation?: boolean;
}

/**
 * A hash of a text, 53 bits as a whole number: two different texts agree with a probability of 2⁻⁵³.
 *
 * @param seed - Another seed, an independent hash.
 */
export function hashText(text: string, seed = 0): number {
  let low = mix32(seed ^ 0xdeadbeef);
  let high = mix32(seed ^ 0x41c6ce57);
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    low ^= low >>> 15;
    high = Math.imul(high ^ unit, 0x5f356495);
    high ^= high >>> 13;
  }
  return (mix32(high ^ low) & 0x1fffff) * 0x100000000 + mix32(low + Math.imul(high, 0x2545f491));
}

/**
 * What stands for a text when texts are compared: NFKC, runs of white space as one space, and what the options say.
 */
export function comparableText(text: string, options: ExactDuplicatesOptions = {}): string {
  let key = text.normalize('NFKC');
  if (options.ignore_case) key = key.toLowerCase();
  if (options.ignore_punctuation) key = key.replace(/[\p{P}\p{S}]+/gu, ' ');
  return key.replace(/\s+/g, ' ').trim();
}

/**
 * A step that drops texts seen before, compared by a hash of {@link comparableText}; the first of equal texts stays.
 * It remembers 53 bits a text: among a million different texts one is dropped wrongly with a probability of 1 in
 * 18,000.
 */
export function exactDuplicatesStep(options: ExactDuplicatesOptions = {}): TextStep {
  checkOptions('exactDuplicatesStep', options, ['ignore_case', 'ignore_punctuation']);
  return {
    name: 'exact duplicates',
    start() {
      const seen = new Set<number>();
      return <Row extends TextRow>(row: Row) => {
        const hash = hashText(comparableText(row.text, options));
        if (seen.has(hash)) return { drop: 'duplicate' };
        seen.add(hash);
        return [row];
      };
    },
  };
}
