/**
 * Ours and its peers on the same work, alternating in one process.
 *
 * @module
 */
import {
  type Case,
  type CaseContext,
  type Contender,
  type Open,
  type Row,
  Unavailable,
} from './case.ts';
import { collectGarbage } from './garbage.ts';
import { MAX_LOAD, watchLoad } from './load.ts';
import { settle } from './settle.ts';
import { assertClose, median, range } from './statistics.ts';

/** One comparison. */
export interface Comparison {
  readonly name: string;
  readonly ours: Open;
  readonly peers: readonly PeerEntry[];
  /**
   * Floating-point operations of one run. When given, values are rates in GFLOP/s; otherwise they are
   * milliseconds.
   */
  readonly operations?: number;
  /** Timed rounds. Ten or more for a figure to count. */
  readonly rounds?: number;
  /** Untimed rounds of every contender, before the first timed one. */
  readonly warmUp?: number;
  /**
   * Whether garbage is collected before each run. Default true: nobody pays for another. False where JavaScript itself
   * is what is measured: a collection on demand also throws compiled code away, which no program does between requests.
   */
  readonly collect?: boolean;
  /** Largest difference between two results, relative to the largest magnitude. */
  readonly tolerance: number;
}

/** A peer in a comparison. */
export interface PeerEntry {
  readonly name: string;
  readonly open: Open;
  /** The ratio asked for; without one the row is for information. */
  readonly bar?: number;
  /** A bound rather than the same computation (a copy, a peak rate): its result is not compared. */
  readonly bound?: boolean;
}

/** Rounds below which medians are not trusted. */
const MIN_ROUNDS = 10;

/** Makes a case of a comparison: results checked first, then rounds of A B C A B C …, then medians. */
export function sideBySide(comparison: Comparison): Case {
  return { name: comparison.name, run: (context) => runComparison(comparison, context) };
}

async function runComparison(comparison: Comparison, context: CaseContext): Promise<Row[]> {
  const { rounds = MIN_ROUNDS, warmUp = 2, collect = true, tolerance, operations } = comparison;
  if (rounds < MIN_ROUNDS) {
    throw new Error(`${comparison.name}: got ${rounds} rounds, wants at least ${MIN_ROUNDS}`);
  }
  const missing: Row[] = [];
  const ours = await comparison.ours();
  const open: { entry: PeerEntry; contender: Contender }[] = [];
  try {
    for (const entry of comparison.peers) {
      try {
        open.push({ entry, contender: await entry.open() });
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        missing.push(unavailableRow(comparison, context, entry, ours.threads, error));
      }
    }
    const contenders = [ours, ...open.map(({ contender }) => contender)];
    const bounds = new Set(
      open.filter(({ entry }) => entry.bound).map(({ contender }) => contender),
    );
    const unfit = await warmUpAndCheck(contenders, bounds, warmUp, tolerance);

    const loadSince = watchLoad();
    const times = contenders.map((): number[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, contender] of contenders.entries()) {
        await contender.prepare(warmUp + round);
        if (collect) collectGarbage();
        await settle();
        times[index]!.push(await contender.run());
      }
      context.log(`${comparison.name}: round ${round + 1}/${rounds}`);
    }
    const load = loadSince();

    const toUnit = (milliseconds: number) =>
      operations === undefined ? milliseconds : operations / milliseconds / 1e6;
    const oursTimes = times[0]!;
    const rows = open.map(({ entry, contender }, index): Row => {
      const peerTimes = times[index + 1]!;
      const reason =
        unfit.get(contender) ??
        (load > MAX_LOAD ? `load ${load.toFixed(2)} from other programs` : undefined);
      return {
        suite: context.suite,
        case: comparison.name,
        unit: operations === undefined ? 'ms' : 'GFLOP/s',
        ours: toUnit(median(oursTimes)),
        peer: entry.name,
        peerValue: toUnit(median(peerTimes)),
        ratio: median(peerTimes) / median(oursTimes),
        bar: entry.bar ?? null,
        threads: ours.threads,
        peerThreads: contender.threads,
        version: contender.version,
        load,
        samples: rounds,
        oursRange: range(oursTimes.map(toUnit)),
        peerRange: range(peerTimes.map(toUnit)),
        ...(reason === undefined ? {} : { void: reason }),
      };
    });
    return [...rows, ...missing];
  } finally {
    await ours.close();
    for (const { contender } of open) await contender.close();
  }
}

/**
 * Runs every contender's warm-up rounds on the same operands and compares each round's results with ours.
 * A peer whose result differs keeps its row, void with the difference; the others stay valid.
 */
async function warmUpAndCheck(
  contenders: readonly Contender[],
  bounds: ReadonlySet<Contender>,
  warmUp: number,
  tolerance: number,
): Promise<Map<Contender, string>> {
  const unfit = new Map<Contender, string>();
  for (let round = 0; round < warmUp; round += 1) {
    let want: ArrayLike<number> | undefined;
    for (const contender of contenders) {
      await contender.prepare(round);
      await contender.run();
      if (bounds.has(contender)) continue;
      const got = await contender.result();
      if (want === undefined) {
        want = got;
        continue;
      }
      try {
        assertClose([contenders[0]!.name, contender.name], want, got, tolerance);
      } catch (error) {
        unfit.set(contender, `round ${round}: ${(error as Error).message}`);
      }
    }
  }
  return unfit;
}

function unavailableRow(
  comparison: Comparison,
  context: CaseContext,
  entry: PeerEntry,
  threads: number,
  error: Unavailable,
): Row {
  return {
    suite: context.suite,
    case: comparison.name,
    unit: comparison.operations === undefined ? 'ms' : 'GFLOP/s',
    ours: null,
    peer: entry.name,
    peerValue: null,
    ratio: null,
    bar: entry.bar ?? null,
    threads,
    peerThreads: 0,
    version: '',
    load: null,
    samples: 0,
    oursRange: null,
    peerRange: null,
    note: `${error.kind}: ${error.message}`,
  };
}
