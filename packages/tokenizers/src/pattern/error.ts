/** A pattern that cannot be matched in linear time, or is malformed. */
export class PatternError extends Error {
  override readonly name = 'PatternError';

  /** @param source - The pattern. @param reason - What is wrong with it. */
  constructor(source: string, reason: string) {
    super(`pattern ${JSON.stringify(source)}: ${reason}`);
  }
}
