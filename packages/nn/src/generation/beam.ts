import { drawnBy } from './draw.ts';
import { processedScores, type StepScores } from './process.ts';
import { repeatRows } from './prompts.ts';
import type { Run } from './run.ts';
import { best, logSoftmax } from './scores.ts';
import { endTokens } from './settings.ts';

/** A text of beam search. */
export interface BeamText {
  readonly ids: readonly number[];
  /** Row whose scores chose each new token. */
  readonly rows: readonly number[];
  readonly score: number;
}

/** What a beam search found. */
export interface BeamResult {
  /** The best `num_return_sequences` texts of each input, best first. */
  readonly texts: readonly BeamText[];
  /** What tokens were chosen by at each step, if it is wanted. */
  readonly steps: readonly StepScores[];
}

interface Hypothesis extends BeamText {
  readonly isFinished: boolean;
}

/** What one input's beams are. */
interface BeamState {
  /** Texts that go on, with the sums of their log-probabilities, best first. */
  running: BeamText[];
  /** The best ended texts so far, by score over length to the power of `length_penalty`. */
  finished: Hypothesis[];
  /** Whether a running text may still beat the ended ones. */
  canImprove: boolean;
}

/** As good as impossible, as transformers has it. */
const hopeless = -1e9;

/**
 * Beam search as transformers 4.56 does it: at each step the best continuations of all running texts, or, with
 * `do_sample`, some drawn from them; those that ended among the first `num_beams` compete by their score over
 * length^length_penalty.
 */
export async function beamSearch(run: Run): Promise<BeamResult> {
  const { settings, rows, options } = run;
  const { num_beams: beams, num_return_sequences: wanted, do_sample } = settings;
  const keep = Math.max(2, 1 + endTokens(settings).length) * beams;
  const states = begin(run);
  const steps: StepScores[] = [];
  let next = await run.begin();
  for (;;) {
    options.signal?.throwIfAborted();
    const step = await processedScores(run, next, logSoftmax);
    if (options.output_scores || options.output_logits) steps.push(step);
    const uniforms = do_sample ? run.stream.uniforms(keep * states.length) : undefined;
    const order = new Int32Array(rows.length);
    let allEnded = true;
    states.forEach((state, i) => {
      const scores = step.scores.slice(i * beams, (i + 1) * beams);
      const draws = uniforms && Array.from(uniforms).slice(i * keep, (i + 1) * keep);
      const candidates = continuations(state, scores, i * beams, keep, draws);
      const hasEnded = candidates.map(({ ids }) =>
        run.criteria.some((isEnd) => isEnd(ids, ids.slice(run.promptLength))),
      );
      allEnded &&= hasEnded.every(Boolean);
      const scored = candidates.map(({ score }, j) => score + (hasEnded[j] ? hopeless : 0));
      finish(state, candidates, hasEnded, run);
      state.running = best(Float32Array.from(scored), beams).map((j) => ({
        ...candidates[j]!,
        score: scored[j]!,
      }));
      state.canImprove &&= mayImprove(state, run);
      state.running.forEach((text, row) => {
        order[i * beams + row] = text.rows[text.rows.length - 1]!;
        rows[i * beams + row] = text.ids as number[];
      });
    });
    const isFull = states.every(({ finished }) => finished.every((each) => each.isFinished));
    const isOpen =
      states.some(({ canImprove }) => canImprove) &&
      !(isFull && settings.early_stopping === true) &&
      !allEnded;
    if (!isOpen)
      return { texts: states.flatMap(({ finished }) => finished.slice(0, wanted)), steps };
    next = await run.next(order);
  }
}

/** All beams but one begin hopeless, or they would find the same. */
function begin({ rows, settings: { num_beams: beams } }: Run): BeamState[] {
  const prompts = rows.filter((_, row) => row % beams === 0);
  return prompts.map((ids) => ({
    running: repeatRows([ids], beams).map((each, i) => ({
      ids: each,
      rows: [],
      score: i === 0 ? 0 : hopeless,
    })),
    finished: Array.from({ length: beams }, () => ({
      ids,
      rows: [],
      score: hopeless,
      isFinished: false,
    })),
    canImprove: true,
  }));
}

/** The best continuations of an input's running texts by one token, or those that are drawn. */
function continuations(
  { running }: BeamState,
  scores: readonly Float32Array[],
  firstRow: number,
  count: number,
  draws: readonly number[] | undefined,
): BeamText[] {
  const width = scores[0]!.length;
  const totals = new Float32Array(running.length * width);
  running.forEach(({ score }, beam) => {
    scores[beam]!.forEach((log, token) => {
      totals[beam * width + token] = log + score;
    });
  });
  const places = draws ? drawnBy(totals, draws) : best(totals, count);
  return places.map((place) => {
    const [beam, token] = [Math.floor(place / width), place % width];
    const { ids, rows } = running[beam]!;
    return { ids: [...ids, token], rows: [...rows, firstRow + beam], score: totals[place]! };
  });
}

/** Lets the continuations that ended among the first compete with those that ended before. */
function finish(
  state: BeamState,
  candidates: readonly BeamText[],
  hasEnded: readonly boolean[],
  { settings, promptLength }: Run,
): void {
  const { num_beams: beams, early_stopping } = settings;
  const isFull = state.finished.every(({ isFinished }) => isFinished) && early_stopping === true;
  const fresh = candidates.map((text, i): Hypothesis => {
    const counts = hasEnded[i]! && i < beams;
    const normalized = text.score / lengthFactor(text.ids.length - promptLength, settings);
    const lost = Number(isFull) + Number(!state.canImprove) + Number(!counts);
    return { ...text, score: Math.fround(normalized + lost * hopeless), isFinished: counts };
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

/** What sums of log-probabilities are divided by. */
export function lengthFactor(length: number, { length_penalty }: Run['settings']): number {
  return length ** (length_penalty ?? 1);
}
