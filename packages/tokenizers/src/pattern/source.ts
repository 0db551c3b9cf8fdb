import { TokenizerFileError } from '../json/error.ts';
import { describe, Fields } from '../json/fields.ts';

/** A pattern as tokenizer.json has it: a text to be found as it stands, or a regular expression. */
export type PatternSource = { readonly String: string } | { readonly Regex: string };

/**
 * Reads the field `pattern` of a component.
 *
 * @param fields - The component.
 * @throws TokenizerFileError if it is neither `{ "String": ... }` nor `{ "Regex": ... }`.
 */
export function readPatternSource(fields: Fields): PatternSource {
  const value = fields.raw('pattern');
  const path = `${fields.path}.pattern`;
  const [entry] = new Fields(value, path).entries();
  if (entry !== undefined && typeof entry[1] === 'string') {
    if (entry[0] === 'String') return { String: entry[1] };
    if (entry[0] === 'Regex') return { Regex: entry[1] };
  }
  throw new TokenizerFileError(
    `${path}: got ${describe(value)}, wants { "String": text } or { "Regex": pattern }`,
  );
}
