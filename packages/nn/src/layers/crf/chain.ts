/**
 * Scores of paths through a chain of tags, as scans over its length.
 *
 * @module
 */
import { concat, logSumExp, ones, scan, type Tensor, take, takeAlong, where } from '@llm/tensor';

/** Scores of each tag at each place, the length first. */
export interface ChainInputs {
  /** [length, batch, tags] */
  readonly emissions: Tensor;
  /** bool [length, batch]; its first row is all true. */
  readonly mask?: Tensor;
}

/** Scores of beginnings, endings and steps. */
interface ChainWeights {
  /** [tags] */
  readonly start_transitions: Tensor;
  /** [tags] */
  readonly end_transitions: Tensor;
  /** [from, to] */
  readonly transitions: Tensor;
}

/** Label of padding. */
const IGNORED = -100;

/** The score of one path per sequence: [batch]. */
export function pathScore(
  { emissions, mask }: ChainInputs,
  weights: ChainWeights,
  tags: Tensor,
): Tensor {
  const [length, batch, count] = emissions.shape as readonly [number, number, number];
  const path = mask ? where(mask, tags, 0) : tags; // labels of padding may be no tags
  const place = takeAlong(emissions, path.unsqueeze(-1), -1).squeeze(-1); // [length, batch]
  const seen = mask ? where(mask, place, 0) : place;
  const start = take(weights.start_transitions, path.slice(0));
  const lastPlace = mask
    ? mask.to('i32').sum(0).sub(1)
    : ones([batch], { dtype: 'i32' }).mul(length - 1);
  const last = takeAlong(path, lastPlace.unsqueeze(0), 0).squeeze(0); // [batch]
  const ends = start.add(take(weights.end_transitions, last)).add(seen.sum(0));
  if (length === 1) return ends;
  const pairs = path
    .slice([0, length - 1])
    .mul(count)
    .add(path.slice([1, length]));
  const steps = take(weights.transitions.reshape(count * count), pairs); // [length − 1, batch]
  const taken = mask ? where(mask.slice([1, length]), steps, 0) : steps;
  return ends.add(taken.sum(0));
}

/** log Σ exp of the scores of all paths: [batch], by the forward algorithm. */
export function logNormalizer(inputs: ChainInputs, weights: ChainWeights): Tensor {
  const { transitions } = weights;
  const { state } = walk(inputs, weights, (before) => {
    const scores = logSumExp(before.unsqueeze(-1).add(transitions), 1); // [batch, from, to] → [batch, to]
    return { scores, extra: undefined };
  });
  return logSumExp(state.add(weights.end_transitions), 1);
}

/** The path with the highest score, [length, batch], and that score, [batch]. */
export function bestPath(
  inputs: ChainInputs,
  weights: ChainWeights,
): { path: Tensor; score: Tensor } {
  const { emissions, mask } = inputs;
  const length = emissions.shape[0]!;
  const { transitions } = weights;
  const { state, extras } = walk(inputs, weights, (before) => {
    const all = before.unsqueeze(-1).add(transitions); // [batch, from, to]
    return { scores: all.max(1), extra: all.argmax(1) };
  });
  const final = state.add(weights.end_transitions);
  const last = final.argmax(1); // [batch]
  const path = extras ? trace(last, extras, mask?.slice([1, length])) : last.unsqueeze(0);
  return { path: mask ? where(mask, path, IGNORED) : path, score: final.max(1) };
}

/** What one step makes of the scores [batch, tags] so far, without the place's own. */
type Step<Extra> = (before: Tensor) => { readonly scores: Tensor; readonly extra: Extra };

/**
 * Goes along the chain; padding leaves the scores as they are.
 *
 * @returns the last scores [batch, tags], and the steps' extras stacked; undefined for a chain of one place
 */
function walk<Extra extends Tensor | undefined>(
  { emissions, mask }: ChainInputs,
  { start_transitions }: ChainWeights,
  step: Step<Extra>,
): { state: Tensor; extras: Extra | undefined } {
  const length = emissions.shape[0]!;
  const first = emissions.slice(0).add(start_transitions); // [batch, tags]
  if (length === 1) return { state: first, extras: undefined };
  const rest = {
    place: emissions.slice([1, length]),
    ...(mask && { seen: mask.slice([1, length]) }),
  };
  const { carry, ys } = scan(
    (before: Tensor, { place, seen }: { place: Tensor; seen?: Tensor }) => {
      const { scores, extra } = step(before);
      const next = scores.add(place);
      return [seen ? where(seen.unsqueeze(-1), next, before) : next, extra] as const;
    },
    first,
    rest,
  );
  return { state: carry, extras: ys };
}

/** Follows pointers [length − 1, batch, tags] back from the last tags; padding keeps the tag. */
function trace(last: Tensor, pointers: Tensor, mask: Tensor | undefined): Tensor {
  const { carry, ys } = scan(
    (tag: Tensor, { pointer, seen }: { pointer: Tensor; seen?: Tensor }) => {
      const before = takeAlong(pointer, tag.unsqueeze(-1), -1).squeeze(-1); // [batch]
      return [seen ? where(seen, before, tag) : before, tag] as const;
    },
    last,
    { pointer: pointers, ...(mask && { seen: mask }) },
    { reverse: true },
  );
  return concat([carry.unsqueeze(0), ys]);
}
