/** A pattern that cannot be matched in linear time, or is malformed. */
export class PatternError extends Error {
  override readonly name = 'PatternError';

  /** The error of a pattern. @param source - The pattern. @param reason - What is wrong with it. */
  static about(source: string, reason: string): PatternError {
    return new PatternError(`pattern ${JSON.stringify(source)}: ${reason}`);
  }
}
