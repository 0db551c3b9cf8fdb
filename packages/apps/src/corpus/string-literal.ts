/** A string literal found in JavaScript source: its value and the offset just after it. */
interface ParsedLiteral {
  /** The text the literal stands for, escapes resolved. */
  value: string;
  /** Offset of the first character after the closing quote. */
  end: number;
}

const simpleEscapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

/**
 * Reads the JavaScript string literal that starts at `start`: `'…'`, `"…"`, or a template without
 * substitutions. The source is never evaluated.
 *
 * @param source - JavaScript source text
 * @param start - offset of the opening quote
 * @returns the literal, or `undefined` where none starts there, it is not closed, an escape is
 * malformed, or a template has a `${…}` substitution
 */
export function parseStringLiteral(source: string, start: number): ParsedLiteral | undefined {
  const quote = source[start];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  let value = '';
  let at = start + 1;
  while (at < source.length) {
    const character = source[at]!;
    if (character === quote) return { value, end: at + 1 };
    if (character === '\n' && quote !== '`') return undefined;
    if (character === '$' && quote === '`' && source[at + 1] === '{') return undefined;
    if (character === '\\') {
      const parsed = parseEscape(source, at + 1);
      if (!parsed) return undefined;
      value += parsed.value;
      at = parsed.end;
    } else {
      value += character;
      at++;
    }
  }
  return undefined;
}

/** The escape sequence whose first character after the backslash is at `start`. */
function parseEscape(source: string, start: number): ParsedLiteral | undefined {
  const character = source[start];
  if (character === undefined) return undefined;
  if (character === 'x') return fromHex(source, start + 1, start + 3);
  if (character === 'u' && source[start + 1] === '{') {
    const close = source.indexOf('}', start);
    const code = close < 0 ? undefined : fromHex(source, start + 2, close);
    return code && { value: code.value, end: close + 1 };
  }
  if (character === 'u') return fromHex(source, start + 1, start + 5);
  if (character === '\r' && source[start + 1] === '\n') return { value: '', end: start + 2 };
  if (character === '\n') return { value: '', end: start + 1 }; // a line continuation
  return { value: simpleEscapes[character] ?? character, end: start + 1 };
}

function fromHex(source: string, start: number, end: number): ParsedLiteral | undefined {
  const digits = source.slice(start, end);
  if (!/^[0-9a-fA-F]{1,6}$/.test(digits) || digits.length !== end - start) return undefined;
  const code = Number.parseInt(digits, 16);
  if (code > 0x10ffff) return undefined;
  return { value: String.fromCodePoint(code), end };
}

/**
 * Reads a literal, or several joined by `+` (a long message broken over lines).
 *
 * @param source - JavaScript source text
 * @param start - offset of the first opening quote
 * @returns the joined text, or `undefined` if an operand is not a literal
 */
export function parseConcatenation(source: string, start: number): ParsedLiteral | undefined {
  const plus = /\s*\+\s*/y;
  let literal = parseStringLiteral(source, start);
  while (literal) {
    plus.lastIndex = literal.end;
    if (!plus.test(source)) return literal;
    const next = parseStringLiteral(source, plus.lastIndex);
    literal = next && { value: literal.value + next.value, end: next.end };
  }
  return undefined;
}
