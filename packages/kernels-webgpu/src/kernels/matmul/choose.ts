import type { Target } from '../../kernel.ts';
import type { Geometry, TileGeometry } from './geometry.ts';
import { directionOf, matrices, type Problem, swap } from './problem.ts';
import { fitsVector } from './vector.ts';

export { mostVectorRows } from './vector.ts';

/** Below so many workgroups a device has idle cores: smaller tiles or several ranges of the inner axis fill it. */
const ENOUGH_WORKGROUPS = 128;
/** A range of the inner axis is at least so long: below, adding up the ranges costs more than it brings. */
const SHORTEST_RANGE = 256;
const MOST_SPLITS = 16;
/** Multiplications from which a shader that takes a CPU twice as long to compile pays. */
const LONG_PRODUCT = 1 << 25;
/** Rows up to which a software adapter streams codes, as GPUs do for all that `fitsVector`. */
const MOST_CODE_ROWS_ON_CPU = 4;

const tile = (size: number, tileInner: number): TileGeometry => ({
  kind: 'tile',
  tileRows: size,
  tileColumns: size,
  tileInner,
  splits: 1,
});

const large = tile(64, 16);
const small = tile(32, 16);

/**
 * How to compute a product with at least one element, from its shape alone; perhaps with its sides swapped.
 *
 * @param width neighbouring columns that the output wants at once
 */
export function choose(
  problem: Problem,
  width: number,
  target: Target,
): { problem: Problem; geometry: Geometry } {
  const { rows, columns } = problem;
  if (problem.right.quantized) return { problem, geometry: quantizedGeometry(problem, target) };
  if (fitsVector(problem)) return { problem, geometry: vectorGeometry(problem, target) };
  const other = swap(problem);
  if (columns < rows && width === 1 && fitsVector(other)) {
    return { problem: other, geometry: vectorGeometry(other, target) };
  }
  if (computesOnCpu(target)) {
    const lanes = sharingLanes(target);
    if (lanes && rows > 4) {
      const isLong = matrices(problem) * rows * columns * problem.inner >= LONG_PRODUCT;
      return {
        problem,
        geometry: { kind: 'shared-rows', lanes, rows: isLong ? 2 * lanes : lanes },
      };
    }
    // Eight rows of elements that are read one by one make a shader that takes seconds to compile.
    const whole = problem.inner % 4 === 0 && columns % 4 === 0;
    return { problem, geometry: { kind: 'direct', rows: whole && rows > 4 ? 8 : 4 } };
  }
  return { problem, geometry: tileGeometry(problem) };
}

/** Few rows stream the codes once; for more, tiles share what they decode. */
function quantizedGeometry(problem: Problem, target: Target): Geometry {
  const isOnCpu = computesOnCpu(target);
  const isComputed = problem.left.buffer < 0;
  if (fitsVector(problem) && (!isOnCpu || isComputed || problem.rows <= MOST_CODE_ROWS_ON_CPU)) {
    return { kind: 'codes' };
  }
  // Eight rows that decode four columns each make a shader that a CPU compiles for seconds.
  return isOnCpu ? { kind: 'direct', rows: 4 } : tileGeometry(problem);
}

function tileGeometry(problem: Problem): TileGeometry {
  const { rows, columns } = problem;
  const count = ({ tileRows, tileColumns }: TileGeometry) =>
    matrices(problem) * Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns);
  const narrow = rows <= 32 || columns <= 32;
  const base = narrow || count(large) < ENOUGH_WORKGROUPS ? small : large;
  const wanted = Math.floor(ENOUGH_WORKGROUPS / count(base));
  const possible = Math.floor(problem.inner / SHORTEST_RANGE);
  const splits = Math.max(1, Math.min(wanted, possible, MOST_SPLITS));
  return { ...base, splits };
}

/** Whether a device is a software adapter: they have a CPU's vectors for subgroups: 4 or 8 lanes. GPUs that can do 8 can do 16, too. */
export const computesOnCpu = ({ subgroupSizes }: Target): boolean =>
  subgroupSizes !== undefined && subgroupSizes[1] <= 8;

/** Invocations of a subgroup where all are of one size that serves `shared-rows`; else undefined. */
function sharingLanes({ features, subgroupSizes }: Target): number | undefined {
  const [smallest, largest] = subgroupSizes ?? [0, 0];
  return features.has('subgroups') && smallest === 8 && largest === 8 ? 8 : undefined;
}

function vectorGeometry({ inner, right, columns }: Problem, target: Target): Geometry {
  // Small workgroups, since they are what cores share.
  if (computesOnCpu(target)) return { kind: 'vector', columns: 64, threads: 16 };
  const threads = inner >= 2048 ? 256 : inner >= 512 ? 128 : 64;
  const wide = directionOf(right) === 'lines' && columns > 4;
  return { kind: 'vector', columns: wide ? 32 : 4, threads };
}
