import { describe, expect, it } from 'vitest';
import { loadLanes } from '../../src/kernels/lanes.ts';
import { type MatmulOperand, type MatmulSpec, planMatmul } from '../../src/kernels/matmul.ts';
import { f32x4, hasRelaxedSimd, i32 } from '../../src/wasm/index.ts';
import { runPlan } from '../run-plan.ts';

const targets = [
  { sharedMemory: false, relaxedSimd: false },
  { sharedMemory: true, relaxedSimd: hasRelaxedSimd() },
];

/** A small deterministic generator, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

/** Position of element (batch number, row, column). */
function position(
  operand: MatmulOperand,
  batch: readonly number[],
  matrix: number,
  row: number,
  column: number,
): number {
  let offset = operand.offset ?? 0;
  let rest = matrix;
  for (let dimension = batch.length - 1; dimension >= 0; dimension--) {
    offset += (rest % batch[dimension]!) * operand.batchStrides[dimension]!;
    rest = Math.floor(rest / batch[dimension]!);
  }
  return offset + row * operand.rowStride + column * operand.colStride;
}

/** Elements the layout reaches. */
const extent = (operand: MatmulOperand, batch: readonly number[], rows: number, columns: number) =>
  1 + position(operand, batch, product(batch) - 1, rows - 1, columns - 1);

type Layout = 'N' | 'T' | 'S';

/** N: row-major; T: the transpose of a row-major matrix; S: strided in both directions, offset. */
function operand(layout: Layout, rows: number, columns: number, batch: number[], shared = false) {
  const element = layout === 'S' ? 3 : 1;
  const line = (layout === 'T' ? rows : columns) * element + (layout === 'S' ? 2 : 0);
  const matrix = (layout === 'T' ? columns : rows) * line;
  const batchStrides = batch.map((_, index) =>
    shared ? 0 : matrix * product(batch.slice(index + 1)),
  );
  const strides =
    layout === 'T' ? { rowStride: 1, colStride: line } : { rowStride: line, colStride: element };
  return { ...strides, batchStrides, ...(layout === 'S' && { offset: 5 }) };
}

/** Compares a plan's result with a plain triple loop in double precision. */
function check(
  spec: MatmulSpec,
  target: (typeof targets)[number],
  integers: boolean,
): Float32Array {
  const { m, n, k, batch = [], a, b } = spec;
  const next = random(m * 7919 + n * 104729 + k);
  const value = () => (integers ? Math.floor(next() * 9) - 4 : next() * 2 - 1);
  const fill = (count: number) => Float32Array.from({ length: count }, value);
  const left = fill(extent(a, batch, m, Math.max(1, k)));
  const right = fill(extent(b, batch, Math.max(1, k), n));
  const matrices = product(batch);
  const out = new Float32Array(matrices * m * n).fill(Number.NaN);
  const got = new Float32Array(runPlan(planMatmul(spec, target), [left, right, out], target)[2]!);
  for (let matrix = 0; matrix < matrices; matrix++) {
    // Rows of A and columns of B, gathered once: the loops below run over dense numbers.
    const gather = (source: Float32Array, at: (line: number, i: number) => number, lines: number) =>
      Float64Array.from(
        { length: lines * k },
        (_, index) => source[at(Math.floor(index / k), index % k)]!,
      );
    const rows = gather(left, (row, i) => position(a, batch, matrix, row, i), m);
    const columns = gather(right, (column, i) => position(b, batch, matrix, i, column), n);
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let want = 0;
        let size = 0;
        for (let i = 0; i < k; i++) {
          const term = rows[row * k + i]! * columns[column * k + i]!;
          want += term;
          size += Math.abs(term);
        }
        const index = (matrix * m + row) * n + column;
        const allowed = integers ? 0 : 8 * 2 ** -24 * Math.sqrt(k) * size;
        if (!(Math.abs(got[index]! - want) <= allowed)) {
          throw new Error(
            `[${matrix}, ${row}, ${column}]: got ${got[index]}, want ${want} ± ${allowed}`,
          );
        }
      }
    }
  }
  return got;
}

/** [m, n, k, batch]: 1, odd, prime, whole tiles, several blocks of every kind. */
const shapes: [number, number, number, number[]][] = [
  [1, 1, 1, []],
  [1, 1, 129, []],
  [1, 33, 64, []],
  [1, 50, 7, [3]],
  [2, 16, 32, []],
  [3, 13, 5, []],
  [4, 257, 31, []],
  [5, 8, 17, []],
  [6, 8, 16, []],
  [7, 11, 13, [2, 3]],
  [8, 24, 0, []],
  [13, 1, 40, []],
  [31, 3, 41, []],
  [64, 64, 32, [4]],
  [64, 32, 64, [2, 2]],
  [37, 41, 200, []],
  [61, 300, 67, []],
  [200, 100, 130, []],
  [193, 192, 771, []],
  [257, 129, 67, [2]],
  [390, 200, 96, []],
  // few rows: turned over where B lies along K
  [13, 206, 68, [2]],
  [8, 216, 256, []],
  [5, 193, 772, []],
];

describe.each(targets)('matmul, relaxed $relaxedSimd, shared $sharedMemory', (target) => {
  it.each(shapes)('%i×%i×%i %j in all layouts', (m, n, k, batch) => {
    // The large ones differ from the small in blocking, not in how they read their operands.
    const layouts = m * n * k > 1e6 ? ['NT', 'TN'] : ['NN', 'NT', 'TN', 'TT', 'SN', 'NS', 'SS'];
    for (const [x, y] of layouts as unknown as [Layout, Layout][]) {
      for (const shared of batch.length > 0 ? [false, true] : [false]) {
        const spec = {
          m,
          n,
          k,
          batch,
          a: operand(x, m, k, batch),
          b: operand(y, k, n, batch, shared),
        };
        for (const integers of [true, false]) {
          try {
            check(spec, target, integers);
          } catch (error) {
            throw new Error(`${x}${y}${shared ? ' shared' : ''}: ${(error as Error).message}`);
          }
        }
      }
    }
  });
  it('broadcasts the left operand and one of two batch dimensions', () => {
    const batch = [2, 3];
    const a = operand('T', 70, 40, batch, true);
    const b = { ...operand('N', 40, 90, batch), batchStrides: [40 * 90, 0] };
    check({ m: 70, n: 90, k: 40, batch, a, b }, target, true);
  });
  it('takes negative strides', () => {
    const a = { rowStride: -20, colStride: -1, batchStrides: [], offset: 30 * 20 - 1 };
    const next = random(5);
    const left = Float32Array.from({ length: 600 }, () => Math.floor(next() * 9));
    const right = Float32Array.from({ length: 20 * 24 }, () => Math.floor(next() * 9));
    const spec = { m: 30, n: 24, k: 20, a, b: operand('N', 20, 24, []) };
    const out = new Float32Array(30 * 24);
    const got = new Float32Array(runPlan(planMatmul(spec, target), [left, right, out], target)[2]!);
    for (let row = 0; row < 30; row++) {
      for (let column = 0; column < 24; column++) {
        let want = 0;
        for (let i = 0; i < 20; i++) want += left[599 - row * 20 - i]! * right[i * 24 + column]!;
        expect(got[row * 24 + column]).toBe(want);
      }
    }
  });
  it.each([
    [1, 37, 24],
    [40, 50, 30],
    [3, 12, 8],
    [200, 42, 60],
  ])('reads 16-bit operands: %i×%i×%i', (m, n, k) => {
    // Small integers are exact in both formats: value v has f16 and bf16 patterns of its own.
    const half = [0, 0x3c00, 0x4000, 0x4200, 0xc000];
    const brain = [0, 0x3f80, 0x4000, 0x4040, 0xc000];
    const values = [0, 1, 2, 3, -2];
    const next = random(m + n);
    for (const [dtype, patterns] of [
      ['f16', half],
      ['bf16', brain],
    ] as const) {
      for (const [x, y] of ['NN', 'NT', 'TN'] as unknown as [Layout, Layout][]) {
        const pick = (count: number) =>
          Array.from({ length: count }, () => Math.floor(next() * values.length));
        const left = pick(m * k);
        const right = pick(k * n);
        const a = { ...operand(x, m, k, []), dtype };
        const b = { ...operand(y, k, n, []), dtype };
        const encode = (list: number[]) => Uint16Array.from(list, (index) => patterns[index]!);
        const out = new Float32Array(m * n);
        const buffers = [encode(left), encode(right), out];
        const got = new Float32Array(
          runPlan(planMatmul({ m, n, k, a, b }, target), buffers, target)[2]!,
        );
        for (let row = 0; row < m; row++) {
          for (let column = 0; column < n; column++) {
            let want = 0;
            for (let i = 0; i < k; i++) {
              const l = values[left[position(a, [], 0, row, i)]!]!;
              want += l * values[right[position(b, [], 0, i, column)]!]!;
            }
            expect(got[row * n + column], `${dtype} ${x}${y} [${row}, ${column}]`).toBe(want);
          }
        }
      }
    }
  });
  it.each([
    [1, 30, 16],
    [9, 13, 20],
    [100, 70, 800],
    [4, 6, 64],
    [11, 197, 68],
  ])('finishes sums with scale, bias, hook and residual: %i×%i×%i', (m, n, k) => {
    const batch = [2];
    const a = operand('N', m, k, batch);
    for (const layout of ['N', 'T'] as const) {
      const b = operand(layout, k, n, batch);
      const plain = check({ m, n, k, batch, a, b }, target, true);
      for (const bias of ['column', 'row'] as const) {
        const next = random(m * k);
        const fill = (count: number) =>
          Float32Array.from({ length: count }, () => Math.floor(next() * 9) - 4);
        const biases = fill(bias === 'column' ? n : m);
        const factors = fill(n);
        const residual = fill(2 * m * n);
        const spec: MatmulSpec = {
          m,
          n,
          k,
          batch,
          a,
          b,
          epilogue: {
            scale: 0.5,
            bias,
            residual: true,
            // max(x, 0) · factor[column]
            hook: {
              key: 'relu·factor',
              buffers: 1,
              apply: (f, sum, place, buffer) => {
                const address = f.let(i32.add(buffer(0), i32.mul(place.column, 4)));
                const factor = loadLanes(address, place.lanes);
                return f32x4.mul(f32x4.max(sum, f32x4.splat(0)), factor);
              },
            },
          },
        };
        // The same operands as `check` made.
        const draw = random(m * 7919 + n * 104729 + k);
        const ints = (count: number) =>
          Float32Array.from({ length: count }, () => Math.floor(draw() * 9) - 4);
        const left = ints(extent(a, batch, m, k));
        const right = ints(extent(b, batch, k, n));
        const out = new Float32Array(2 * m * n);
        const buffers = [left, right, out, biases, factors, residual];
        const got = new Float32Array(runPlan(planMatmul(spec, target), buffers, target)[2]!);
        got.forEach((value, index) => {
          const column = index % n;
          const row = Math.floor(index / n) % m;
          const biased = plain[index]! * 0.5 + biases[bias === 'column' ? column : row]!;
          expect(value).toBe(Math.max(biased, 0) * factors[column]! + residual[index]!);
        });
      }
    }
  });
  it.each([
    ['N', 20, 12, 24],
    ['T', 10, 200, 68],
  ] as const)('writes into a strided output: N%s %i×%i×%i', (layout, m, n, k) => {
    // [batch, m, n] of C live in a [m, batch·n] buffer: heads side by side.
    const heads = 3;
    const a = operand('N', m, k, [heads]);
    const b = operand(layout, k, n, [heads]);
    const want = check({ m, n, k, batch: [heads], a, b }, target, true);
    const draw = random(m * 7919 + n * 104729 + k);
    const ints = (count: number) =>
      Float32Array.from({ length: count }, () => Math.floor(draw() * 9) - 4);
    const buffers = [ints(heads * m * k), ints(heads * k * n), new Float32Array(heads * m * n)];
    const c = { rowStride: heads * n, batchStrides: [n] };
    const plan = planMatmul({ m, n, k, batch: [heads], a, b, c }, target);
    const got = new Float32Array(runPlan(plan, buffers, target)[2]!);
    for (let head = 0; head < heads; head++) {
      for (let row = 0; row < m; row++) {
        for (let column = 0; column < n; column++) {
          expect(got[row * heads * n + head * n + column]).toBe(
            want[(head * m + row) * n + column],
          );
        }
      }
    }
  });
});

describe('matmul plans', () => {
  const target = targets[0]!;
  it('has no steps for an empty product', () => {
    const spec = { m: 0, n: 4, k: 3, a: operand('N', 0, 3, []), b: operand('N', 3, 4, []) };
    expect(planMatmul(spec, target)).toEqual({ steps: [], scratchBytes: [] });
  });
  it('folds a batch over shared weights into rows', () => {
    const spec = (batch: number[], m: number) => ({
      m,
      n: 512,
      k: 128,
      batch,
      a: operand('N', m, 128, batch),
      b: operand('N', 128, 512, batch, true),
    });
    const folded = planMatmul(spec([12], 64), target);
    expect(folded.steps.map(({ kernel }) => kernel.key)).toEqual(
      planMatmul(spec([], 768), target).steps.map(({ kernel }) => kernel.key),
    );
  });
  it('names what it cannot take', () => {
    const good = { m: 4, n: 4, k: 4, a: operand('N', 4, 4, []), b: operand('N', 4, 4, []) };
    expect(() => planMatmul({ ...good, m: -1 }, target)).toThrow('size m is -1');
    expect(() => planMatmul({ ...good, batch: [2] }, target)).toThrow(
      '0 batch strides for 1 batch',
    );
    expect(() => planMatmul({ ...good, a: { ...good.a, rowStride: 0.5 } }, target)).toThrow(
      '0.5 elements',
    );
    const c = { rowStride: -4, batchStrides: [] };
    expect(() => planMatmul({ ...good, c }, target)).toThrow('positive strides');
  });
});
