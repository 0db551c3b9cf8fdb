import type { Change } from '../aligned-text.ts';

type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Stretches that normalize by themselves: a character with the marks that follow it, and with what
 * composes with it (Korean jamo) or becomes a mark or jamo (half-width and compatibility forms).
 */
const TAIL = String.raw`\p{M}\u1161-\u1175\u11a8-\u11c2\u3131-\u318e\uff9e-\uffdc`;
const STRETCH = new RegExp(`[^${TAIL}][${TAIL}]*|[${TAIL}]+`, 'gu');

/** A mark of the lowest combining class, and one of the highest. */
const LOWEST_MARK = '\u0334';
const HIGHEST_MARK = '\u0345';

/**
 * How a text becomes its normalization form, character by character. JavaScript tells only the
 * result; what became of which character is worked out as the Rust library's crate does it
 * (unicode-normalization-alignments).
 *
 * @param text - The text.
 * @param form - The form.
 */
export function unicodeChanges(text: string, form: Form): Change[] {
  const changes: Change[] = [];
  for (const [stretch] of text.matchAll(STRETCH)) {
    if (stretch.normalize(form) === stretch) {
      for (const character of stretch) changes.push([character, 0]);
    } else {
      const decomposed = decompose(stretch, form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD');
      for (const change of form.endsWith('C') ? compose(decomposed) : decomposed)
        changes.push(change);
    }
  }
  return changes;
}

/** Characters taken apart, and marks in canonical order. */
function decompose(text: string, form: 'NFD' | 'NFKD'): Change[] {
  const result: Change[] = [];
  for (const character of text) {
    let change = 0;
    for (const part of character.normalize(form)) {
      // A mark goes before marks of a higher class, not before those of its own.
      let place = result.length;
      while (place > 0 && isMark(part) && comesBefore(part, result[place - 1]![0])) place--;
      result.splice(place, 0, [part, change]);
      change = 1;
    }
  }
  return result;
}

/** Characters put together again. */
function compose(decomposed: readonly Change[]): Change[] {
  const result: Change[] = [];
  let starter: Change | undefined;
  /** Marks that did not compose with the starter. */
  let marks: Change[] = [];
  const flush = (): void => {
    if (starter !== undefined) result.push(starter);
    result.push(...marks);
    starter = undefined;
    marks = [];
  };
  for (const [character, change] of decomposed) {
    if (starter === undefined) {
      if (isMark(character)) result.push([character, change]);
      else starter = [character, change];
      continue;
    }
    const last = marks.at(-1);
    // A mark is kept from the starter by one before it of its own or a higher class.
    const blocked = last !== undefined && !(isMark(character) && comesBefore(last[0], character));
    const whole = blocked ? undefined : composed(starter[0], character);
    if (whole !== undefined) {
      starter = [whole, starter[1] + change - 1];
    } else if (isMark(character)) {
      marks.push([character, change]);
    } else {
      flush();
      starter = [character, change];
    }
  }
  flush();
  return result;
}

/** The character that two compose to, if there is one. */
function composed(first: string, second: string): string | undefined {
  const whole = (first + second).normalize('NFC');
  const isOne = whole.length === (whole.codePointAt(0)! > 0xffff ? 2 : 1);
  return isOne ? whole : undefined;
}

/** Whether a character has a combining class above 0: normalization moves it past a mark. */
function isMark(character: string): boolean {
  return comesBefore(character, HIGHEST_MARK) || comesBefore(LOWEST_MARK, character);
}

/** Whether normalization swaps `second first`: the class of `first` is lower, neither is 0. */
function comesBefore(first: string, second: string): boolean {
  return first !== second && (second + first).normalize('NFD') === first + second;
}
