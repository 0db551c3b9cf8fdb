/** What Python's `str.split()` and `str.rstrip()` call whitespace; JavaScript's `\s` differs. */
const whitespace =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const runs = new RegExp(`[${whitespace}]+`, 'u');
const trailing = new RegExp(`[${whitespace}]+$`, 'u');

/** The words between runs of whitespace, as Python's `str.split()` gives them. */
export const splitWords = (text: string): string[] =>
  text.split(runs).filter((word) => word !== '');

/** The text without whitespace at its end, as Python's `str.rstrip()` gives it. */
export const trimEnd = (text: string): string => text.replace(trailing, '');

/** mteval-v13a's rules in order; they assume Western languages. */
const rules13a: readonly (readonly [RegExp, string])[] = [
  [/([{-~[-` -&(-+:-@/])/gu, ' $1 '], // punctuation and symbols but for . , - '
  [/([^0-9])([.,])/gu, '$1 $2 '], // period and comma unless preceded by a digit
  [/([.,])([^0-9])/gu, ' $1 $2'], // … unless followed by a digit
  [/([0-9])(-)/gu, '$1 $2 '], // a dash after a digit
];

/** mteval-v14's rules in order, by Unicode category. */
const rulesIntl: readonly (readonly [RegExp, string])[] = [
  [/(\P{N})(\p{P})/gu, '$1 $2 '],
  [/(\p{P})(\P{N})/gu, ' $1 $2'],
  [/(\p{S})/gu, ' $1 '],
];

const apply = (rules: typeof rules13a, text: string): string =>
  rules.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);

const tokenizers = {
  '13a': (text: string): string[] => {
    const line = text
      .replaceAll('<skipped>', '')
      .replaceAll('-\n', '')
      .replaceAll('\n', ' ')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
    return splitWords(apply(rules13a, ` ${line} `));
  },
  intl: (text: string): string[] => splitWords(apply(rulesIntl, text)),
  none: splitWords,
} as const;

/**
 * How BLEU cuts text into words, by sacreBLEU's names: `13a` (the default, mteval-v13a), `intl`
 * (mteval-v14, punctuation of all scripts), `none` (at whitespace; the text is tokenized already).
 */
export type BleuTokenizer = keyof typeof tokenizers;

/**
 * The tokenizer of a name.
 *
 * @throws Error for a name that is not supported, sacreBLEU's other ones included
 */
export function bleuTokenizer(name: BleuTokenizer): (text: string) => string[] {
  if (Object.hasOwn(tokenizers, name)) return tokenizers[name];
  throw new Error(
    `bleu: tokenizer '${name}' is not supported; use one of ${Object.keys(tokenizers).join(', ')}`,
  );
}
