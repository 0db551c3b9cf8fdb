/**
 * A tokenizer file cannot be read: it is malformed, contradicts itself, or asks for something that
 * is not supported. The message names the place inside the file, such as
 * `tokenizer.json: model.vocab`.
 */
export class TokenizerFileError extends Error {
  override readonly name = 'TokenizerFileError';
}
