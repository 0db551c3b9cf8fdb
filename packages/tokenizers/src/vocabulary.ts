import { TokenizerFileError } from './json/error.ts';
import { describe, type Fields, isId } from './json/fields.ts';

/**
 * Reads the vocabulary of a model: an object of ids by token. Where the file's text was read, it is a map already.
 *
 * @param model - Fields of the model.
 * @throws TokenizerFileError if an id is not an integer from 0 to 2^31 - 1.
 */
export function readVocabulary(model: Fields): ReadonlyMap<string, number> {
  const given = model.raw('vocab');
  if (given instanceof Map) return given;
  const fields = model.fields('vocab');
  const vocab = new Map<string, number>();
  fields.forEach((token, id) => {
    // Ids live in 32-bit arrays beside the mark -1.
    if (!isId(id) || id >= 2 ** 31) {
      throw new TokenizerFileError(
        `${fields.path}: the id of ${describe(token)} is ${describe(id)}, wants an integer from 0 to 2147483647`,
      );
    }
    vocab.set(token, id);
  });
  return vocab;
}

/**
 * Tokens by id; a list, with holes where there is no token, because it is made and read faster than
 * a map.
 *
 * @param model - Name of the model, for the message.
 * @param vocab - Ids by token.
 * @throws Error if two tokens share an id.
 */
export function invertVocabulary(
  model: string,
  vocab: ReadonlyMap<string, number>,
): (string | undefined)[] {
  const tokens: (string | undefined)[] = new Array(vocab.size);
  for (const [token, id] of vocab) {
    const other = tokens[id];
    if (other !== undefined) {
      throw new Error(
        `${model}: the tokens ${describe(other)} and ${describe(token)} share id ${id}`,
      );
    }
    tokens[id] = token;
  }
  return tokens;
}

/** A vocabulary in the order of its ids, as it is written. */
export function sortedVocabulary(vocab: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...vocab].sort(([, a], [, b]) => a - b));
}

/** The tokens `<0x00>` to `<0xFF>` by which models spell bytes. */
export const BYTE_TOKENS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);
