/**
 * Rows that hold a figure of ours against a fixed limit rather than a peer.
 *
 * @module
 */
import type { CaseContext, Row } from './case.ts';
import { MAX_LOAD } from './load.ts';
import { median, range } from './statistics.ts';

/** A figure and the limit it must not exceed. */
export interface Limit {
  readonly name: string;
  readonly unit: string;
  /** Samples, of which the median counts; one for a figure that does not vary. */
  readonly values: readonly number[];
  /** What the limit is: `limit`, `plan`, … */
  readonly against: string;
  /** The largest value allowed; the figure passes at a ratio of 1. */
  readonly limit: number;
  readonly threads: number;
  /** CPUs used by others meanwhile; voids the row unless null (the figure does not depend on time). */
  readonly load: number | null;
  readonly note?: string;
}

/** Ratios are cut here, so that a growth of nothing at all is still a number. */
const LARGEST_RATIO = 1000;

/** A row whose ratio is limit / value, at least 1 being a pass. */
export function limitRow(context: CaseContext, limit: Limit): Row {
  const { load, note, values } = limit;
  const ours = median(values);
  return {
    suite: context.suite,
    case: limit.name,
    unit: limit.unit,
    ours,
    peer: limit.against,
    peerValue: limit.limit,
    ratio: ours <= limit.limit / LARGEST_RATIO ? LARGEST_RATIO : limit.limit / ours,
    bar: 1,
    threads: limit.threads,
    peerThreads: 0,
    version: '',
    load,
    samples: values.length,
    oursRange: range(values),
    peerRange: null,
    ...(load !== null && load > MAX_LOAD
      ? { void: `load ${load.toFixed(2)} from other programs` }
      : {}),
    ...(note === undefined ? {} : { note }),
  };
}
