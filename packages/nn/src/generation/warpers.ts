/**
 * What narrows the choice when tokens are drawn: transformers' "warpers".
 *
 * @module
 */
import type { ResolvedSettings } from './options.ts';
import type { LogitsProcessor } from './processors.ts';
import { best, logSoftmax, ranking } from './scores.ts';

const never = Number.NEGATIVE_INFINITY;

/** The warpers that the settings ask for, in Python's order; each keeps at least one token. */
export function makeWarpers(settings: ResolvedSettings): LogitsProcessor[] {
  const { temperature, top_k, top_p, min_p, typical_p, epsilon_cutoff, eta_cutoff } = settings;
  const list: LogitsProcessor[] = [];
  if (temperature !== null && temperature !== 1) {
    list.push((_, scores) => scores.map((score) => score / temperature));
  }
  if (top_k !== null && top_k !== 0) list.push((_, scores) => keepBest(scores, top_k));
  if (top_p !== null && top_p < 1) list.push((_, scores) => keepMass(scores, top_p));
  if (min_p !== null) {
    list.push((_, scores) => {
      const logs = logSoftmax(scores);
      keep(scores, logs, Math.max(...best(logs, 1).map((i) => logs[i]!)) + Math.log(min_p));
    });
  }
  if (typical_p !== null && typical_p < 1) list.push((_, scores) => keepTypical(scores, typical_p));
  if (epsilon_cutoff !== null && epsilon_cutoff > 0 && epsilon_cutoff < 1) {
    list.push((_, scores) => keep(scores, logSoftmax(scores), Math.log(epsilon_cutoff)));
  }
  if (eta_cutoff !== null && eta_cutoff > 0 && eta_cutoff < 1) {
    list.push((_, scores) => {
      const logs = logSoftmax(scores);
      const eta = Math.min(eta_cutoff, Math.sqrt(eta_cutoff) * Math.exp(-entropy(logs)));
      keep(scores, logs, Math.log(eta));
    });
  }
  return list;
}

/** Keeps tokens whose log-probability is at least `least`, and the likeliest. */
function keep(scores: Float32Array, logs: Float32Array, least: number): void {
  const [likeliest] = best(scores, 1);
  const top = scores[likeliest!]!;
  for (let i = 0; i < scores.length; i++) {
    if (logs[i]! < least && scores[i]! < top) scores[i] = never;
  }
}

function keepBest(scores: Float32Array, count: number): void {
  if (count >= scores.length) return;
  const least = scores[best(scores, count).at(-1)!]!;
  for (let i = 0; i < scores.length; i++) if (scores[i]! < least) scores[i] = never;
}

/** Keeps the likeliest tokens until together they have the mass. */
function keepMass(scores: Float32Array, mass: number): void {
  const logs = logSoftmax(scores);
  let total = 0;
  let isEnough = false;
  for (const i of ranking(scores)) {
    if (isEnough) scores[i] = never;
    total += Math.exp(logs[i]!);
    isEnough = total >= mass;
  }
}

/** Keeps the tokens whose information is nearest to the expected, until together they have the mass. */
function keepTypical(scores: Float32Array, mass: number): void {
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
  const first = order[0];
  for (const i of order) if (distance[i]! > limit && i !== first) scores[i] = never;
}

function entropy(logs: Float32Array): number {
  return logs.reduce((sum, log) => (log === never ? sum : sum - Math.exp(log) * log), 0);
}
