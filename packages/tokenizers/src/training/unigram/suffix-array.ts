/**
 * Sorts the suffixes of a text in linear time: induced sorting (SA-IS; Nong, Zhang, Chan 2009).
 *
 * @param text - Symbols from 0 to `largest`.
 * @param largest - The largest symbol.
 * @returns Starts of the suffixes, in their order.
 */
export function suffixArray(text: Int32Array, largest: number): Int32Array {
  const length = text.length;
  const sorted = new Int32Array(length);
  if (length < 2) return sorted;

  // A suffix is smaller (type S) or larger (type L) than the one after it.
  const small = new Uint8Array(length);
  for (let i = length - 2; i >= 0; i--) {
    small[i] = text[i] === text[i + 1] ? small[i + 1]! : Number(text[i]! < text[i + 1]!);
  }
  // Each symbol has a bucket: first its L suffixes, then its S suffixes.
  const bucketStart = new Int32Array(largest + 2);
  const smallStart = new Int32Array(largest + 1);
  for (let i = 0; i < length; i++) {
    bucketStart[text[i]! + 1]!++;
    if (!small[i]) smallStart[text[i]!]!++;
  }
  for (let symbol = 0; symbol <= largest; symbol++) {
    bucketStart[symbol + 1]! += bucketStart[symbol]!;
    smallStart[symbol]! += bucketStart[symbol]!;
  }

  /** Sorts all suffixes from the order of the leftmost S ones. */
  const induce = (leftmost: Int32Array): void => {
    sorted.fill(-1);
    let next = smallStart.slice();
    for (const start of leftmost) sorted[next[text[start]!]!++] = start;
    next = bucketStart.slice();
    sorted[next[text[length - 1]!]!++] = length - 1;
    for (let i = 0; i < length; i++) {
      const before = sorted[i]! - 1;
      if (before >= 0 && !small[before]) sorted[next[text[before]!]!++] = before;
    }
    next = bucketStart.slice();
    for (let i = length - 1; i >= 0; i--) {
      const before = sorted[i]! - 1;
      if (before >= 0 && small[before]) sorted[--next[text[before]! + 1]!] = before;
    }
  };

  const numbers = new Int32Array(length + 1).fill(-1);
  let count = 0;
  for (let i = 1; i < length; i++) if (small[i] && !small[i - 1]) numbers[i] = count++;
  const leftmost = new Int32Array(count);
  for (let i = 1; i < length; i++) if (numbers[i]! >= 0) leftmost[numbers[i]!] = i;
  induce(leftmost);
  if (count === 0) return sorted;

  // Equal stretches between leftmost S suffixes get equal names; the names are a shorter text.
  const order = sorted.filter((start) => numbers[start]! >= 0);
  const names = new Int32Array(count);
  let name = 0;
  const endOf = (start: number): number => leftmost[numbers[start]! + 1] ?? length;
  for (let i = 1; i < count; i++) {
    const [a, b] = [order[i - 1]!, order[i]!];
    if (!sameStretch(text, a, endOf(a), b, endOf(b))) name++;
    names[numbers[b]!] = name;
  }
  induce(suffixArray(names, name).map((index) => leftmost[index]!));
  return sorted;
}

function sameStretch(text: Int32Array, a: number, endA: number, b: number, endB: number): boolean {
  if (endA - a !== endB - b) return false;
  for (; a < endA; a++, b++) if (text[a] !== text[b]) return false;
  return endA < text.length && endB < text.length && text[a] === text[b];
}

/**
 * The length of the common prefix of each suffix and the one sorted before it (Kasai et al. 2001).
 *
 * @param text - The text.
 * @param sorted - Its suffix array.
 */
export function commonPrefixes(text: Int32Array, sorted: Int32Array): Int32Array {
  const rank = new Int32Array(text.length);
  for (let i = 0; i < sorted.length; i++) rank[sorted[i]!] = i;
  const common = new Int32Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    if (rank[i] === 0) {
      length = 0;
      continue;
    }
    const other = sorted[rank[i]! - 1]!;
    while (
      i + length < text.length &&
      other + length < text.length &&
      text[i + length] === text[other + length]
    ) {
      length++;
    }
    common[rank[i]!] = length;
    if (length > 0) length--;
  }
  return common;
}
