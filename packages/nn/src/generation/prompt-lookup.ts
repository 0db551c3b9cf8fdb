import type { Guesser } from './guesser.ts';

/** Guesses what followed the first place of the text that reads as its end does now, and ends before an end token. */
export class PromptLookup implements Guesser {
  constructor(
    private readonly longest: number,
    private readonly ends: readonly number[],
  ) {}

  guess(ids: readonly number[], most: number): Promise<number[]> {
    for (let size = Math.min(this.longest, ids.length - 1); size > 0; size--) {
      const recent = ids.slice(-size);
      for (let start = 0; start + size < ids.length; start++) {
        if (!recent.every((id, i) => ids[start + i] === id)) continue;
        const found = ids.slice(start + size, start + size + most);
        const end = found.findIndex((id) => this.ends.includes(id));
        if (found.length > 0) return Promise.resolve(end < 0 ? found : found.slice(0, end));
      }
    }
    return Promise.resolve([]);
  }

  end(): void {}
}
