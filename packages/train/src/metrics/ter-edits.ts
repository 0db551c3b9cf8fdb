/** What turns a hypothesis into a reference, word by word. */
export type Edit = 'keep' | 'substitute' | 'insert' | 'delete';

/** The fewest edits, and which. */
interface EditPath {
  readonly count: number;
  readonly edits: readonly Edit[];
}

/** Cells at each side of the diagonal that are looked at, as Tercom does. */
const beamWidth = 25;
const unreached = 2 ** 30;

/**
 * Levenshtein's distance of word lists near the diagonal, with Tercom's preference among equal paths: keep or
 * substitute, then delete, then insert.
 */
export function editPath(hypothesis: readonly string[], reference: readonly string[]): EditPath {
  const width = reference.length + 1;
  const costs = new Int32Array((hypothesis.length + 1) * width).fill(unreached);
  const choices = new Uint8Array(costs.length);
  for (let j = 0; j < width; j++) {
    costs[j] = j;
    choices[j] = inserted;
  }
  const ratio = hypothesis.length > 0 ? reference.length / hypothesis.length : 1;
  const beam = beamWidth < ratio / 2 ? Math.ceil(ratio / 2 + beamWidth) : beamWidth;
  for (let i = 1; i <= hypothesis.length; i++) {
    const diagonal = Math.floor(i * ratio);
    const end = i === hypothesis.length ? width : Math.min(width, diagonal + beam);
    for (let j = Math.max(0, diagonal - beam); j < end; j++) {
      const at = i * width + j;
      const consider = (cost: number, choice: number): void => {
        if (cost >= costs[at]!) return;
        costs[at] = cost;
        choices[at] = choice;
      };
      if (j > 0) {
        const equal = hypothesis[i - 1] === reference[j - 1];
        consider(costs[at - width - 1]! + (equal ? 0 : 1), equal ? kept : substituted);
      }
      consider(costs[at - width]! + 1, deleted);
      if (j > 0) consider(costs[at - 1]! + 1, inserted);
    }
  }
  return {
    count: costs.at(-1)!,
    edits: trace(choices, hypothesis.length, reference.length),
  };
}

const [kept, substituted, inserted, deleted] = [0, 1, 2, 3] as const;
const names: readonly Edit[] = ['keep', 'substitute', 'insert', 'delete'];

function trace(choices: Uint8Array, hypothesisLength: number, referenceLength: number): Edit[] {
  const edits: Edit[] = [];
  for (let i = hypothesisLength, j = referenceLength; i > 0 || j > 0; ) {
    const edit = names[choices[i * (referenceLength + 1) + j]!]!;
    edits.push(edit);
    if (edit !== 'insert') i -= 1;
    if (edit !== 'delete') j -= 1;
  }
  return edits.reverse();
}
