import { JsonFloat, type JsonWritable } from './fields.ts';

/**
 * JSON with an indent of two spaces, as serde_json prints it; maps become objects in their order.
 *
 * @param value - What to write.
 * @param indent - Spaces that the lines after the first are moved by.
 * @returns The text, without a newline at the end.
 */
export function prettyJson(value: JsonWritable, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof JsonFloat) return value.toString();
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return wrap(
      '[',
      value.map((item) => inner + prettyJson(item, inner)),
      `${indent}]`,
      ']',
    );
  }
  const entries: Iterable<[string, JsonWritable]> =
    value instanceof Map ? value : Object.entries(value);
  const lines: string[] = [];
  for (const [key, item] of entries) {
    lines.push(`${inner}${JSON.stringify(key)}: ${prettyJson(item, inner)}`);
  }
  return wrap('{', lines, `${indent}}`, '}');
}

function wrap(open: string, lines: string[], close: string, empty: string): string {
  return lines.length === 0 ? open + empty : `${open}\n${lines.join(',\n')}\n${close}`;
}
