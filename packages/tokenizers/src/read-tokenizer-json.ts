import { allComponents } from './components/all.ts';
import type { Tokenizer } from './tokenizer.ts';
import { buildTokenizer } from './tokenizer-json.ts';

/**
 * Builds a tokenizer from the content of a tokenizer.json at once, with all components at hand;
 * `AutoTokenizer.from_pretrained` loads only those that the file names.
 *
 * @param value - The parsed file.
 * @param file - Its name, for messages.
 * @throws TokenizerFileError naming the component or field that is wrong or not supported.
 */
export function readTokenizerJson(value: unknown, file = 'tokenizer.json'): Tokenizer {
  return buildTokenizer(value, allComponents, file);
}
