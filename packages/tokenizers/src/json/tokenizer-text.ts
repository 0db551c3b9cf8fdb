import { readMergesText } from './merges-text.ts';
import { TextReader } from './text-reader.ts';
import { readVocabularyText } from './vocabulary-text.ts';

/** Stands for a part that was cut out; no file that is written by a program has it there. */
const PLACE = '-0';
/** A quotation mark inside a string has a backslash before it, so that these are keys of objects. */
const PARTS = [
  { key: 'vocab', pattern: /(?<!\\)"vocab"\s*:\s*(?=\{)/, read: readVocabularyText },
  { key: 'merges', pattern: /(?<!\\)"merges"\s*:\s*(?=\[)/, read: readMergesText },
] as const;

/**
 * Parses the text of a tokenizer.json. Its value is that of `JSON.parse`, but a vocabulary of ids by token is a map,
 * and the merges of a BPE model are left packed: a million strings in half a million lists take longer to make than to
 * use. Both are most of a large file.
 *
 * @param text - The text.
 * @returns The value.
 * @throws SyntaxError if it is no JSON.
 */
export function parseTokenizerText(text: string): unknown {
  const parts = new Map<string, unknown>();
  let rest = '';
  let done = 0;
  for (const { key, pattern, read } of PARTS) {
    const found = pattern.exec(text);
    const start = found === null ? -1 : found.index + found[0].length;
    // Parts in another order are left as they are.
    if (start < done) continue;
    const reader = new TextReader(text, start);
    const part = read(reader);
    if (part === undefined) continue;
    parts.set(key, part);
    rest += text.slice(done, start) + PLACE;
    done = reader.at;
  }
  const value: unknown = JSON.parse(rest + text.slice(done));
  const model = (value as { model?: unknown } | null)?.model as Record<string, unknown> | undefined;
  for (const [key, part] of parts) {
    // It was something else if it does not stand there.
    if (!Object.is(model?.[key], -0)) return JSON.parse(text);
    model![key] = part;
  }
  return value;
}
