import { checkChoice } from '@llm/nn';
import type { Label } from './labels.ts';

/** How scores of classes become one: over all counts, as their mean, or weighted by how often a class occurs. */
export type Average = 'micro' | 'macro' | 'weighted';

/** The names of `Average`, for checking. */
const averageNames = ['micro', 'macro', 'weighted'] as const;

/** Precision, recall and their harmonic mean, each in [0, 1]. */
export interface Scores {
  /** Share of the predicted that are right. */
  readonly precision: number;
  /** Share of the wanted that were predicted. */
  readonly recall: number;
  /** 2PR / (P + R). */
  readonly f1: number;
}

/** Scores of one class. */
export interface ClassScores extends Scores {
  readonly label: Label;
  /** How often the class is among the references. */
  readonly support: number;
}

/** Scores of all classes together and of each. */
export interface AveragedScores extends Scores {
  readonly perClass: readonly ClassScores[];
}

/** How often a class was predicted, wanted, and both at one place. */
interface ClassCounts {
  readonly label: Label;
  readonly matches: number;
  readonly predicted: number;
  readonly wanted: number;
}

/** Precision, recall and F1 from counts; a quotient of zeros is `zeroDivision`. */
export function averageScores(
  metric: string,
  classes: readonly ClassCounts[],
  average: Average,
  zeroDivision: 0 | 1,
): AveragedScores {
  checkChoice(metric, 'average', average, averageNames);
  if (zeroDivision !== 0 && zeroDivision !== 1) {
    throw new RangeError(`${metric}: zero_division must be 0 or 1: got ${zeroDivision}`);
  }
  const perClass = classes.map((counts) => ({
    label: counts.label,
    support: counts.wanted,
    ...scoresOf(counts, zeroDivision),
  }));
  const sum = (of: (counts: ClassCounts) => number) => classes.reduce((all, c) => all + of(c), 0);
  if (average === 'micro') {
    const counts = {
      matches: sum(({ matches }) => matches),
      predicted: sum(({ predicted }) => predicted),
      wanted: sum(({ wanted }) => wanted),
    };
    return { ...scoresOf(counts, zeroDivision), perClass };
  }
  const weightOf = ({ support }: ClassScores): number => (average === 'macro' ? 1 : support);
  const total = perClass.reduce((all, each) => all + weightOf(each), 0);
  const mean = (name: keyof Scores): number =>
    quotient(
      perClass.reduce((all, each) => all + weightOf(each) * each[name], 0),
      total,
      zeroDivision,
    );
  return { precision: mean('precision'), recall: mean('recall'), f1: mean('f1'), perClass };
}

function scoresOf(
  { matches, predicted, wanted }: Omit<ClassCounts, 'label'>,
  zeroDivision: number,
): Scores {
  return {
    precision: quotient(matches, predicted, zeroDivision),
    recall: quotient(matches, wanted, zeroDivision),
    f1: quotient(2 * matches, predicted + wanted, zeroDivision),
  };
}

function quotient(part: number, whole: number, otherwise: number): number {
  return whole === 0 ? otherwise : part / whole;
}
