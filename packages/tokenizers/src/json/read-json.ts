import { InvalidJsonError, type ModelSource, type ParseJsonOptions, parseJson } from '@llm/hub';
import { TokenizerFileError } from './error.ts';
import { parseTokenizerText } from './tokenizer-text.ts';

/**
 * Reads a JSON file.
 *
 * @param source - Where it is.
 * @param name - Its name.
 * @param options - See `parseJson` of @llm/hub.
 * @throws TokenizerFileError naming line and column where it is malformed.
 * @throws MissingFileError if it is not there.
 */
export async function readJson(
  source: ModelSource,
  name: string,
  options?: ParseJsonOptions,
): Promise<unknown> {
  return parseBytes(await source.read(name), name, options);
}

/**
 * Reads a tokenizer.json; the merges in it may be packed, see {@link parseTokenizerText}.
 *
 * @param source - Where it is.
 * @param name - Its name.
 * @throws TokenizerFileError naming line and column where it is malformed.
 * @throws MissingFileError if it is not there.
 */
export async function readTokenizerFile(source: ModelSource, name: string): Promise<unknown> {
  const bytes = await source.read(name);
  try {
    return parseTokenizerText(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    );
  } catch {
    // A vocabulary may hold the word "__proto__"; the reader only copies into maps.
    return parseBytes(bytes, name, { protoKeys: 'keep' });
  }
}

/** Parses, and says where it is malformed. */
function parseBytes(bytes: Uint8Array, name: string, options?: ParseJsonOptions): unknown {
  try {
    return parseJson(bytes, name, options);
  } catch (error) {
    if (!(error instanceof InvalidJsonError)) throw error;
    throw new TokenizerFileError(error.message, { cause: error });
  }
}
