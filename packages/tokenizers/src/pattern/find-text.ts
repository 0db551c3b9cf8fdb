/**
 * Finds a text wherever it stands in another.
 *
 * @param text - The other text.
 * @param wanted - What is looked for; not empty.
 * @returns Start and end of each place, in turn.
 */
export function findText(text: string, wanted: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    found.push(at, at + wanted.length);
  }
  return found;
}
