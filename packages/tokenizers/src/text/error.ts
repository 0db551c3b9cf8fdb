/**
 * Text that cannot be prepared, or a machine that cannot prepare it. In a pipeline a row whose step throws this is
 * dropped, with {@link TextError.reason}; alone, the error is the caller's.
 */
export class TextError extends Error {
  override readonly name = 'TextError';

  /**
   * @param reason - A few words, the same for all texts with this fault: what a report counts.
   * @param message - The operation, what it got, what it wants.
   */
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}
