/** The spaces that word-level tokenizers of English leave, and what they become; Python's list. */
const REPLACEMENTS: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/** Removes spaces before English punctuation and contractions. */
export function cleanUpSpaces(text: string): string {
  return REPLACEMENTS.reduce((result, [from, to]) => result.replaceAll(from, to), text);
}
