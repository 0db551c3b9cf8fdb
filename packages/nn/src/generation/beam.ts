import { endTokens } from './options.ts';
import { repeatRows } from './prompts.ts';
import type { Run } from './run.ts';
import { processedScores } from './sample.ts';
import { best, logSoftmax } from './scores.ts';

/** A text of beam search with its score. */
interface Hypothesis {
  readonly ids: readonly number[];
  readonly score: number;
  readonly isFinished: boolean;
}

/** What one input's beams are. */
interface BeamState {
  /** Texts that go on, with the sums of their log-probabilities, best first. */
  running: { ids: number[]; score: number }[];
  /** The best ended texts so far, by score over length to the power of `length_penalty`. */
  finished: Hypothesis[];
  /** Whether a running text may still beat the ended ones. */
  canImprove: boolean;
}

/** As good as impossible, as transformers has it. */
const hopeless = -1e9;

/**
 * Beam search as transformers 4.56 does it: at each step the best continuations of all running texts; those that
 * ended among the best `num_beams` compete by their score over length^length_penalty.
 *
 * @returns the best `num_return_sequences` texts of each input, best first
 */
export async function beamSearch(run: Run): Promise<Hypothesis[]> {
  const { settings, rows, session, options, promptLength } = run;
  const { num_beams: beams, num_return_sequences: wanted } = settings;
  const ends = endTokens(settings);
  const keep = Math.max(2, 1 + ends.length) * beams;
  const states: BeamState[] = [];
  for (let start = 0; start < rows.length; start += beams) {
    states.push({
      running: repeatRows([rows[start]!], beams).map((ids, i) => ({
        ids,
        score: i === 0 ? 0 : hopeless,
      })),
      finished: Array.from({ length: beams }, () => ({
        ids: [],
        score: hopeless,
        isFinished: false,
      })),
      canImprove: true,
    });
  }
  let next = await run.begin();
  for (;;) {
    options.signal?.throwIfAborted();
    const scores = await processedScores(run, next.logits, logSoftmax);
    next.logits.dispose();
    next.best.dispose();
    const order = new Int32Array(rows.length);
    let allEnded = true;
    states.forEach((state, i) => {
      const candidates = continuations(state, scores.slice(i * beams, (i + 1) * beams), keep);
      const hasEnded = candidates.map(({ ids }) =>
        run.criteria.some((isEnd) => isEnd(ids, ids.slice(promptLength))),
      );
      allEnded &&= hasEnded.every(Boolean);
      const chosen = best(
        Float32Array.from(candidates, ({ score }, j) => score + (hasEnded[j] ? hopeless : 0)),
        beams,
      );
      finish(state, candidates, hasEnded, run);
      state.running = chosen.map((j) => ({
        ids: candidates[j]!.ids,
        score: candidates[j]!.score + (hasEnded[j] ? hopeless : 0),
      }));
      chosen.forEach((j, row) => {
        order[i * beams + row] = i * beams + candidates[j]!.beam;
      });
      state.canImprove &&= mayImprove(state, run);
    });
    states.forEach(({ running }, i) => {
      running.forEach(({ ids }, row) => {
        rows[i * beams + row] = ids;
      });
    });
    const isFull = states.every(({ finished }) => finished.every((each) => each.isFinished));
    const isOpen =
      states.some(({ canImprove }) => canImprove) &&
      !(isFull && settings.early_stopping === true) &&
      !allEnded;
    if (!isOpen) return states.flatMap(({ finished }) => finished.slice(0, wanted));
    const tokens = Int32Array.from(rows, (ids) => ids[ids.length - 1]!);
    next = await session.next(tokens, order);
  }
}

/** The best continuations of an input's running texts by one token. */
function continuations({ running }: BeamState, scores: readonly Float32Array[], count: number) {
  const width = scores[0]!.length;
  const totals = new Float32Array(running.length * width);
  running.forEach(({ score }, beam) => {
    scores[beam]!.forEach((log, token) => {
      totals[beam * width + token] = log + score;
    });
  });
  return best(totals, count).map((place) => {
    const [beam, token] = [Math.floor(place / width), place % width];
    return { beam, score: totals[place]!, ids: [...running[beam]!.ids, token] };
  });
}

/** Lets the continuations that ended among the best compete with those that ended before. */
function finish(
  state: BeamState,
  candidates: readonly { ids: number[]; score: number }[],
  hasEnded: readonly boolean[],
  { settings, promptLength }: Run,
): void {
  const { num_beams: beams, early_stopping } = settings;
  const isFull = state.finished.every(({ isFinished }) => isFinished) && early_stopping === true;
  const fresh = candidates.map(({ ids, score }, i): Hypothesis => {
    const counts = hasEnded[i]! && i < beams;
    const normalized = score / lengthFactor(ids.length - promptLength, settings);
    const lost = Number(isFull) + Number(!state.canImprove) + Number(!counts);
    return { ids, score: Math.fround(normalized + lost * hopeless), isFinished: counts };
  });
  const all = [...state.finished, ...fresh];
  const chosen = best(
    Float32Array.from(all, ({ score }) => score),
    beams,
  );
  state.finished = chosen.map((i) => all[i]!);
}

/** Whether the best running text could still beat the worst that ended. */
function mayImprove(
  { running, finished }: BeamState,
  { settings, promptLength, maxLength }: Run,
): boolean {
  const atEnd = settings.early_stopping === 'never' && (settings.length_penalty ?? 1) > 0;
  const length = (atEnd ? maxLength : running[0]!.ids.length) - promptLength;
  const possible = running[0]!.score / lengthFactor(length, settings);
  const worst = Math.min(...finished.map(({ score }) => score));
  return finished.some(({ isFinished }) => possible > (isFinished ? worst : hopeless));
}

function lengthFactor(length: number, { length_penalty }: Run['settings']): number {
  return length ** (length_penalty ?? 1);
}
