import type { GenerateOutput } from './generate.ts';
import { logSoftmax } from './scores.ts';

/**
 * The score of each new token at the step that chose it, as transformers' `compute_transition_scores`.
 *
 * @param output what `generate` gave with `output_scores`
 * @param options.normalize_logits whether scores are made log-probabilities first. Default false
 * @returns [rows][steps]; with beam search, 0 behind a text's end
 * @throws TypeError if there are no scores
 */
export function computeTransitionScores(
  { sequences, scores, beam_indices }: GenerateOutput,
  options: { readonly normalize_logits?: boolean } = {},
): number[][] {
  if (!scores) {
    throw new TypeError('computeTransitionScores: wants scores; generate with output_scores: true');
  }
  const steps = options.normalize_logits ? scores.map((rows) => rows.map(logSoftmax)) : scores;
  return sequences.map((ids, text) => {
    const chosenIn = beam_indices?.[text] ?? steps.map(() => text);
    const first = ids.length - chosenIn.length;
    return chosenIn.map((row, step) => (row < 0 ? 0 : steps[step]![row]![ids[first + step]!]!));
  });
}
