import { type BeamResult, type BeamText, lengthFactor } from './beam.ts';
import { processed, readScores, type StepScores } from './process.ts';
import type { Run } from './run.ts';
import { hasEnded } from './sample.ts';
import { best, logSoftmax } from './scores.ts';
import { endTokens } from './settings.ts';

/** One group of beams of one input. */
interface Group {
  /** Its first row. */
  readonly firstRow: number;
  /** The texts that go on, one per row of the group. */
  running: BeamText[];
  /** The best ended texts, without their end tokens, in the order they were found. */
  finished: BeamText[];
  isDone: boolean;
}

/** As good as impossible, as transformers has it. */
const hopeless = -1e9;

/**
 * Diverse beam search (Vijayakumar et al., 2018) as transformers 4.56 does it: groups of beams go on one after
 * another, and a group's scores lose `diversity_penalty` for every time an earlier group chose the token.
 */
export async function groupBeamSearch(run: Run): Promise<BeamResult> {
  const { settings, options, rows, padding } = run;
  const { num_beams: beams, num_beam_groups, num_return_sequences: wanted } = settings;
  const size = beams / num_beam_groups;
  const inputs = Array.from({ length: rows.length / beams }, (_, input) =>
    Array.from({ length: num_beam_groups }, (_, group) =>
      makeGroup(run, input * beams + group * size, size),
    ),
  );
  const groups = inputs.flat();
  const steps: StepScores[] = [];
  let next = await run.begin();
  for (;;) {
    options.signal?.throwIfAborted();
    const { logits } = await readScores(run, next);
    const scores: Float32Array[] = [];
    for (const groupsOfInput of inputs) {
      const chosenByGroups: number[] = [];
      for (const group of groupsOfInput) {
        const own = group.running.map(({ ids }, beam) => {
          const row = group.firstRow + beam;
          return processed(run, ids, logSoftmax(logits[row]!), {
            row,
            chosenByGroups: [...chosenByGroups],
          });
        });
        scores.push(...own);
        advance(group, own, run);
        for (const { ids } of group.running) chosenByGroups.push(ids[ids.length - 1]!);
      }
    }
    if (options.output_scores || options.output_logits) steps.push({ logits, scores });
    const order = Int32Array.from(rows.keys());
    for (const group of groups) {
      group.running.forEach((text, beam) => {
        rows[group.firstRow + beam] = text.ids as number[];
        if (!group.isDone) order[group.firstRow + beam] = text.rows[text.rows.length - 1]!;
      });
    }
    if (groups.every(({ isDone }) => isDone) || rows.every((row) => hasEnded(run, row))) break;
    next = await run.next(order);
  }
  const end = endTokens(settings)[0] ?? padding;
  return { steps, texts: inputs.flatMap((each) => bestOf(each, wanted, end, run)) };
}

/** All beams of a group but one begin hopeless, or they would find the same. */
function makeGroup({ rows }: Run, firstRow: number, size: number): Group {
  const running = Array.from({ length: size }, (_, beam) => ({
    ids: rows[firstRow + beam]!,
    rows: [],
    score: beam === 0 ? 0 : hopeless,
  }));
  return { firstRow, running, finished: [], isDone: false };
}

/** Takes a group one token further. @param scores log-probabilities [beams of the group][vocab_size] */
function advance(group: Group, scores: readonly Float32Array[], run: Run): void {
  if (group.isDone) {
    // It goes along with padding, which later groups see as chosen.
    const { padding } = run;
    group.running = group.running.map((text) => ({ ...text, ids: [...text.ids, padding] }));
    return;
  }
  const { settings, promptLength } = run;
  const ends = endTokens(settings);
  const { running, firstRow } = group;
  const size = running.length;
  const width = scores[0]!.length;
  const totals = new Float32Array(size * width);
  running.forEach(({ score }, beam) => {
    scores[beam]!.forEach((log, token) => {
      totals[beam * width + token] = log + score;
    });
  });
  const places = best(totals, Math.max(2, 1 + ends.length) * size);
  const length = running[0]!.ids.length + 1 - promptLength;
  const going: BeamText[] = [];
  for (const [rank, place] of places.entries()) {
    if (going.length === size) break;
    const [beam, token] = [Math.floor(place / width), place % width];
    const { ids, rows } = running[beam]!;
    const text = { ids, rows: [...rows, firstRow + beam], score: totals[place]! };
    if (!ends.includes(token)) going.push({ ...text, ids: [...ids, token] });
    else if (rank < size) addFinished(group, text, length, run);
  }
  group.running = going;
  const possible = totals[places[0]!]! / lengthFactor(longestOf(length, run), settings);
  group.isDone =
    group.finished.length === size &&
    (settings.early_stopping === true || worstOf(group) >= possible);
}

/** The length by which a text that goes on could score best. */
function longestOf(length: number, { settings, maxLength, promptLength }: Run): number {
  const atEnd = settings.early_stopping === 'never' && (settings.length_penalty ?? 1) > 0;
  return atEnd ? maxLength - promptLength : length;
}

/** Keeps a text among the best ended ones. @param length new tokens that its score is shared among */
function addFinished(group: Group, text: BeamText, length: number, { settings }: Run): void {
  const score = text.score / lengthFactor(length, settings);
  const isFull = group.finished.length === group.running.length;
  if (isFull && score <= worstOf(group)) return;
  group.finished.push({ ...text, score });
  if (!isFull) return;
  const worst = group.finished.findIndex(({ score: each }) => each === worstOf(group));
  group.finished.splice(worst, 1);
}

function worstOf({ finished }: Group): number {
  return Math.min(...finished.map(({ score }) => score));
}

/** The best texts of an input's groups, those that still went on included. */
function bestOf(groups: readonly Group[], wanted: number, end: number, run: Run): BeamText[] {
  const { promptLength, maxLength } = run;
  for (const group of groups) {
    if (group.isDone) continue;
    for (const text of group.running) {
      addFinished(group, text, text.ids.length - promptLength, run);
    }
  }
  const all = groups.flatMap(({ finished }) => finished);
  // Of equal ones the later first, as Python takes them from the end of a sorted list.
  const sorted = all
    .map((text, i) => ({ text, i }))
    .sort((a, b) => b.text.score - a.text.score || b.i - a.i);
  return sorted.slice(0, wanted).map(({ text }) => ({
    ...text,
    ids: text.ids.length < maxLength ? [...text.ids, end] : text.ids,
  }));
}
