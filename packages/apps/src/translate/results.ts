import type { Evaluation, TranslatorScores } from './evaluation.ts';
import type { TranslationTask } from './task.ts';

/** A held-out pair with the model's translation. */
export interface Sample {
  readonly source: string;
  readonly reference: string;
  readonly translation: string;
}

const sampleCount = 10;

/** Held-out pairs spread over the novel ones, short enough to read. */
export function samplesOf({ corpus }: TranslationTask, { translations }: Evaluation): Sample[] {
  const readable = corpus.heldOut.flatMap(({ source, target, novel }, i) =>
    novel && source.length <= 70 && source.includes(' ')
      ? [{ source, reference: target, translation: translations[i]! }]
      : [],
  );
  const stride = Math.max(1, Math.floor(readable.length / sampleCount));
  return readable.filter((_, i) => i % stride === 0).slice(0, sampleCount);
}

/** Scores and samples as text for a terminal. */
export function resultsText({ all, novel }: Evaluation, samples: readonly Sample[]): string {
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(24) + cells.map((cell) => cell.padStart(12)).join('');
  const row = (name: string, { pairs, model, copy, nearest }: TranslatorScores) =>
    line(
      `${name} (${pairs})`,
      [model, copy, nearest].map((score) => score.toFixed(2)),
    );
  return [
    '',
    line('BLEU on held-out pairs', ['this model', 'copy', 'nearest']),
    row('all', all),
    row('novel', novel),
    ...samples.map(
      ({ source, reference, translation }) =>
        `\n  ${source}\n    ${translation}\n    ${reference}  (reference)`,
    ),
  ].join('\n');
}
