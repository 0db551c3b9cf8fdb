import { allComponents } from './components/all.ts';
import { TokenizerFileError } from './json/error.ts';
import { parseTokenizerText } from './json/tokenizer-text.ts';
import { Tokenizer } from './tokenizer.ts';
import { buildTokenizer } from './tokenizer-json.ts';

/**
 * Builds a tokenizer from the content of a tokenizer.json at once, with all components at hand;
 * `AutoTokenizer.from_pretrained` loads only those that the file names.
 *
 * @param value - The file's text, which large files load fastest from, or the parsed file.
 * @param file - Its name, for messages.
 * @throws TokenizerFileError naming the component or field that is wrong or not supported.
 */
export function readTokenizerJson(value: unknown, file = 'tokenizer.json'): Tokenizer {
  return buildTokenizer(
    typeof value === 'string' ? parseText(value, file) : value,
    allComponents,
    file,
    Tokenizer,
  );
}

function parseText(text: string, file: string): unknown {
  try {
    return parseTokenizerText(text);
  } catch (cause) {
    throw new TokenizerFileError(`${file}: ${(cause as SyntaxError).message}`, { cause });
  }
}
