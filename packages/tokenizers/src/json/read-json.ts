import { InvalidJsonError, type ModelSource, type ParseJsonOptions, parseJson } from '@llm/hub';
import { TokenizerFileError } from './error.ts';

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
  const bytes = await source.read(name);
  try {
    return parseJson(bytes, name, options);
  } catch (error) {
    if (!(error instanceof InvalidJsonError)) throw error;
    throw new TokenizerFileError(error.message, { cause: error });
  }
}
