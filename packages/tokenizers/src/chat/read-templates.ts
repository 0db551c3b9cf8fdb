import { TokenizerFileError } from '../json/error.ts';

/** Templates by name, or the only one. */
export type ChatTemplates = string | Readonly<Record<string, string>>;

/**
 * Reads the `chat_template` of a tokenizer_config.json: a text, a list of named ones, or an object.
 *
 * @param value - The field.
 * @param path - Where it stands, for messages.
 * @returns The templates, or undefined if there are none.
 * @throws TokenizerFileError if it is none of these.
 */
export function readChatTemplates(value: unknown, path: string): ChatTemplates | undefined {
  if (value == null || typeof value === 'string') return value ?? undefined;
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? value.map((each) => [each?.name, each?.template])
    : Object.entries(value);
  if (
    entries.length > 0 &&
    entries.every(([name, text]) => typeof name === 'string' && typeof text === 'string')
  ) {
    return Object.fromEntries(entries);
  }
  throw new TokenizerFileError(`${path}: wants a template, or a list of { name, template }`);
}
