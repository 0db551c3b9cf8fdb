/**
 * The form under which two strings count as the same: lower case, without placeholders (`{0}`,
 * `{name}`, `$(icon)`, `%s`) and punctuation, words separated by one space.
 *
 * @param text - one line of text
 * @returns the normalized text; empty where nothing but placeholders and punctuation was there
 */
export function normalizeText(text: string): string {
  return text
    .replace(/\$?\{[^{}]*\}|\$\([^()]*\)|%[sdj]/gu, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim();
}

/** The distinct words of a text, normalized. */
export function wordSet(text: string): Set<string> {
  const normalized = normalizeText(text);
  return new Set(normalized === '' ? [] : normalized.split(' '));
}

/**
 * A 32-bit hash that is the same on every machine: FNV-1a over UTF-8, its bits mixed by MurmurHash3's
 * finalizer, since the lowest bits of FNV alone are uneven on short strings.
 *
 * @param text - any text
 * @returns an integer in [0, 2³²)
 */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
