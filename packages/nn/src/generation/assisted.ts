import { type Guesser, mostGuesses } from './guesser.ts';
import { processed, readScores, type StepScores } from './process.ts';
import type { Run } from './run.ts';
import { chosenBy, hasEnded, type Step } from './sample.ts';
import type { NextScores } from './session.ts';

/**
 * Greedy search or sampling of one text, with guesses that the model checks several at a time (Leviathan et al.,
 * 2023). A token is chosen as without guesses, from the model's own scores, and the guesses behind it count only if
 * it is the one guessed: the text is the same, and so are the random numbers it takes.
 */
export async function* assistedSteps(run: Run, guesser: Guesser): AsyncGenerator<Step, void, void> {
  const { session, options, settings, maxLength } = run;
  const row = run.rows[0]!;
  const adapts = settings.num_assistant_tokens_schedule === 'heuristic_transient';
  let count = settings.prompt_lookup_num_tokens ?? settings.num_assistant_tokens;
  let guesses: number[] = [];
  let next = await run.begin();
  for (;;) {
    const first = session.position;
    const choices = await choosers(run, next, guesses);
    let matches = 0;
    for (const choose of choices) {
      options.signal?.throwIfAborted();
      const { token, scores } = choose();
      row.push(token);
      const isEnd = hasEnded(run, row);
      yield { tokens: [token], ...(scores && { scores }) };
      if (isEnd) return;
      if (token !== guesses[matches]) break;
      matches++;
    }
    // What the cache holds of wrong guesses is forgotten.
    if (guesses.length > 0) session.position = first - checkedWidth(guesses) + matches + 1;
    if (adapts && guesses.length > 0) {
      count = matches === guesses.length ? count + 2 : Math.max(1, count - 1);
    }
    const most = Math.min(count, mostGuesses, maxLength - row.length - 1);
    guesses = most > 0 ? fitting(await guesser.guess(row, most), maxLength - row.length + 1) : [];
    next = await (guesses.length === 0 ? run.next() : session.extend(withGuesses(row, guesses)));
  }
}

/** How to choose each of the next tokens, as long as the guesses before it were right. */
async function choosers(
  run: Run,
  next: NextScores,
  guesses: readonly number[],
): Promise<(() => { token: number; scores?: StepScores })[]> {
  const row = run.rows[0]!;
  const places = [...guesses, undefined].map((_, i) => i);
  if (run.isChosenOnDevice) {
    const chosen = await next.chosen.data();
    next.logits.dispose();
    next.chosen.dispose();
    return places.map((i) => () => ({ token: chosen[i]! }));
  }
  const { logits } = await readScores(run, next);
  return places.map((i) => () => {
    const scores = processed(run, row, logits[i]!.slice(), { row: 0 });
    const uniform = run.settings.do_sample ? run.stream.uniforms(1)[0] : undefined;
    return {
      token: chosenBy(scores, uniform),
      scores: { logits: [logits[i]!], scores: [scores] },
    };
  });
}

/** Widths are powers of two, so that few plans serve all numbers of guesses. */
function checkedWidth(guesses: readonly number[]): number {
  return 2 ** Math.ceil(Math.log2(guesses.length + 1));
}

/** As many guesses as can be checked within `room` positions. */
function fitting(guesses: readonly number[], room: number): number[] {
  const width = 2 ** Math.floor(Math.log2(room));
  return guesses.slice(0, width - 1);
}

/** The last token and the guesses, filled up; what the filling does to the cache is forgotten. */
function withGuesses(row: readonly number[], guesses: readonly number[]): Int32Array {
  const tokens = new Int32Array(checkedWidth(guesses));
  tokens.set([row[row.length - 1]!, ...guesses]);
  return tokens;
}
