/** Whether a component's `pattern` is a plain text, which is found without a compiler of patterns. */
export function isPlainText(pattern: unknown): pattern is { String: string } {
  const { String: text = '' } = Object(pattern) as { String?: unknown };
  return typeof text === 'string' && text !== '';
}
