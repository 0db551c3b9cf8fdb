/** Mark in the table of classes: not looked up yet. */
const UNKNOWN = 255;

/** A class of characters, and what is found of it: each character, or whole runs. */
export interface CharacterClass {
  /** Tells the characters of the class. */
  readonly pattern: { test(character: string): boolean };
  /** Whether neighbours are found together. */
  readonly runs: boolean;
}

/** Finds characters of a few classes, or runs of them. A step is one look-up. */
export class ClassRuns {
  private readonly classes: readonly CharacterClass[];
  /** By UTF-16 unit: index of its class, or the number of classes if it is in none. */
  private readonly units = new Uint8Array(0x10000).fill(UNKNOWN);
  private readonly astral = new Map<number, number>();

  /** @param classes - Of those that a character is in, the first counts. */
  constructor(classes: readonly CharacterClass[]) {
    this.classes = classes;
  }

  /**
   * Finds all stretches.
   *
   * @param text - The text.
   * @returns Start and end of each, in turn.
   */
  findAll(text: string): number[] {
    const { classes, units } = this;
    const found: number[] = [];
    let last = classes.length;
    for (let start = 0, end = 0; start < text.length; start = end) {
      const unit = text.charCodeAt(start);
      let index = units[unit]!;
      end = start + 1;
      // A pair's halves stay unknown: only as a pair are they a character.
      if (index === UNKNOWN) {
        const codePoint = text.codePointAt(start)!;
        if (codePoint > 0xffff) end++;
        index = this.classOf(codePoint);
      }
      if (index < classes.length) {
        if (index === last && classes[index]!.runs) found[found.length - 1] = end;
        else found.push(start, end);
      }
      last = index;
    }
    return found;
  }

  private classOf(codePoint: number): number {
    const known = this.astral.get(codePoint);
    if (known !== undefined) return known;
    const character = String.fromCodePoint(codePoint);
    const found = this.classes.findIndex(({ pattern }) => pattern.test(character));
    const index = found < 0 ? this.classes.length : found;
    if (codePoint > 0xffff) this.astral.set(codePoint, index);
    else if (codePoint < 0xd800 || codePoint > 0xdfff) this.units[codePoint] = index;
    return index;
  }
}
