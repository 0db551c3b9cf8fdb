/**
 * What narrows the choice when tokens are drawn: transformers' "warpers".
 *
 * @module
 */

import type { LogitsProcessor } from './callbacks.ts';
import type { ResolvedSettings } from './options.ts';
import { best, logSoftmax, ranking } from './scores.ts';

const never = Number.NEGATIVE_INFINITY;

/**
 * The warpers that the settings ask for, in Python's order.
 *
 * @param fewest tokens that each of them keeps at least
 */
export function makeWarpers(settings: ResolvedSettings, fewest: number): LogitsProcessor[] {
  const { temperature, top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff } = settings;
  const list: LogitsProcessor[] = [];
  if (temperature !== null && temperature !== 1) {
    list.push((_, scores) => scores.map((score) => score / temperature));
  }
  if (top_k !== null && top_k !== 0) {
    list.push((_, scores) => keepAbove(scores, leastOfBest(scores, Math.max(top_k, fewest))));
  }
  if (top_p !== null && top_p < 1) list.push((_, scores) => keepMass(scores, top_p, fewest));
  if (min_p !== null) {
    list.push((_, scores) => {
      const logs = logSoftmax(scores);
      keepLikely(scores, logs, logs[best(logs, 1)[0]!]! + Math.log(min_p), fewest);
    });
  }
  if (typical_p !== null && typical_p < 1) {
    list.push((_, scores) => keepTypical(scores, typical_p, fewest));
  }
  if (epsilon_cutoff !== null && epsilon_cutoff > 0 && epsilon_cutoff < 1) {
    const least = Math.log(epsilon_cutoff);
    list.push((_, scores) => keepLikely(scores, logSoftmax(scores), least, fewest));
  }
  if (eta_cutoff !== null && eta_cutoff > 0 && eta_cutoff < 1) {
    list.push((_, scores) => {
      const logs = logSoftmax(scores);
      const eta = Math.min(eta_cutoff, Math.sqrt(eta_cutoff) * Math.exp(-entropy(logs)));
      keepLikely(scores, logs, Math.log(eta), fewest);
    });
  }
  return list;
}

/** The least of the `count` best scores. */
function leastOfBest(scores: Float32Array, count: number): number {
  return scores[best(scores, Math.min(count, scores.length)).at(-1)!]!;
}

function keepAbove(scores: Float32Array, least: number): void {
  for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = never;
}

/** Keeps tokens whose log-probability is at least `least`, and the `fewest` likeliest. */
function keepLikely(scores: Float32Array, logs: Float32Array, least: number, fewest: number): void {
  const top = leastOfBest(scores, fewest);
  for (let i = 0; i < scores.length; i++) {
    if (logs[i]! < least && scores[i]! < top) scores[i] = never;
  }
}

/** Keeps the likeliest tokens until together they have the mass. */
function keepMass(scores: Float32Array, mass: number, fewest: number): void {
  const logs = logSoftmax(scores);
  let total = 0;
  ranking(scores).forEach((i, rank) => {
    if (total >= mass && rank >= fewest) scores[i] = never;
    total += Math.exp(logs[i]!);
  });
}

/** Keeps the tokens whose information is nearest to the expected, until together they have the mass. */
function keepTypical(scores: Float32Array, mass: number, fewest: number): void {
  const logs = logSoftmax(scores);
  const expected = entropy(logs);
  const distance = logs.map((log) => Math.abs(-log - expected));
  const order = Uint32Array.from(logs, (_, i) => i).sort((a, b) => distance[a]! - distance[b]!);
  let total = 0;
  let last = 0;
  while (last < order.length - 1) {
    total += Math.exp(logs[order[last]!]!);
    if (total >= mass) break;
    last++;
  }
  const limit = distance[order[last]!]!;
  order.forEach((i, rank) => {
    if (distance[i]! > limit && rank >= fewest) scores[i] = never;
  });
}

function entropy(logs: Float32Array): number {
  return logs.reduce((sum, log) => (log === never ? sum : sum - Math.exp(log) * log), 0);
}
