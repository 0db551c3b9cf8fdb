/** Table of lengths: entry (i, j) at i · (b.length + 1) + j is that of the longest common subsequence of a[0..i), b[0..j). */
function lcsTable(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] =
        a[i - 1] === b[j - 1]
          ? table[at - width - 1]! + 1
          : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  return table;
}

/** Length of the longest common subsequence. */
export function lcsLength(a: readonly string[], b: readonly string[]): number {
  return lcsTable(a, b).at(-1)!;
}

/** Places in `a` of a longest common subsequence; of several, the one that ROUGE's reference takes. */
export function lcsPlaces(a: readonly string[], b: readonly string[]): number[] {
  const table = lcsTable(a, b);
  const width = b.length + 1;
  const places: number[] = [];
  for (let i = a.length, j = b.length; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      places.push(i - 1);
      i -= 1;
      j -= 1;
    } else if (table[i * width + j - 1]! > table[(i - 1) * width + j]!) j -= 1;
    else i -= 1;
  }
  return places.reverse();
}
