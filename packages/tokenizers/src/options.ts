/**
 * Refuses options that are not known, so that a typing error never passes as a default.
 *
 * @param operation - What was called, for the message.
 * @param options - What the caller gave.
 * @param known - The names that are allowed.
 * @throws Error naming the unknown option and those known.
 */
export function checkOptions(operation: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new Error(
        `${operation}: unknown option ${JSON.stringify(name)}; known are ${known.join(', ')}`,
      );
    }
  }
}
