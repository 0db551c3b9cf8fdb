import type { Evaluation } from './evaluation.ts';
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

/** Prints scores and samples. */
export function printResults({ all, novel }: Evaluation, samples: readonly Sample[]): void {
  const line = (name: string, scores: Evaluation['all']) =>
    `${name.padEnd(18)} ${[scores.model, scores.copy, scores.nearest].map((score) => score.toFixed(2).padStart(12)).join('')}`;
  console.log(
    `\nBLEU on held-out pairs${['this model', 'copy', 'nearest']
      .map((name) => name.padStart(12))
      .join('')
      .slice(3)}`,
  );
  console.log(line(`all (${all.pairs})`, all));
  console.log(line(`novel (${novel.pairs})`, novel));
  for (const { source, reference, translation } of samples) {
    console.log(`\n  ${source}\n    ${translation}\n    ${reference}  (reference)`);
  }
}
