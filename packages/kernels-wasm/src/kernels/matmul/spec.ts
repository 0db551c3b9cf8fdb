import type { Epilogue } from './epilogue.ts';

/** Storage of an operand; 16-bit floats are widened while they are packed. */
export type MatmulDtype = 'f32' | 'f16' | 'bf16';

/**
 * Where the elements of an operand lie, in elements: transposed, sliced and broadcast views need no
 * copy. Element (batch, row, column) is at `offset + Σ batchIndex·batchStride + row·rowStride +
 * column·colStride`.
 */
export interface MatmulOperand {
  /** Storage type; default f32. */
  readonly dtype?: MatmulDtype;
  /** Distance between rows. */
  readonly rowStride: number;
  /** Distance between columns. */
  readonly colStride: number;
  /** Distance along each batch dimension; 0 broadcasts. */
  readonly batchStrides: readonly number[];
  /** Position of the first element; default 0. */
  readonly offset?: number;
}

/** C[batch, m, n] = epilogue(Σₖ A[batch, m, k] · B[batch, k, n]), C in f32. */
export interface MatmulSpec {
  /** Rows of A and C. */
  readonly m: number;
  /** Columns of B and C. */
  readonly n: number;
  /** Columns of A, rows of B. */
  readonly k: number;
  /** Batch dimensions of C; default none. */
  readonly batch?: readonly number[];
  /** Left operand, m × k. */
  readonly a: MatmulOperand;
  /** Right operand, k × n. */
  readonly b: MatmulOperand;
  /** Layout of C, in elements; columns are contiguous. Default: row-major without gaps. */
  readonly c?: { readonly rowStride: number; readonly batchStrides: readonly number[] };
  /** What happens to a sum before it is stored. */
  readonly epilogue?: Epilogue;
}

/** An operand with its defaults filled in. */
export type Operand = Required<MatmulOperand>;

/** A checked problem with defaults filled in and batch dimensions folded where layouts allow. */
export interface Problem {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly batch: readonly number[];
  readonly a: Operand;
  readonly b: Operand;
  readonly c: Operand;
  readonly epilogue: Epilogue;
}

/** Bytes of one element. */
export const elementBytes = (dtype: MatmulDtype): number => (dtype === 'f32' ? 4 : 2);

/** Product of sizes. */
export const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Checks a specification and brings it to its simplest equal form. */
export function normalize(spec: MatmulSpec): Problem {
  const { m, n, k, batch = [], epilogue = {} } = spec;
  for (const [name, size] of [['m', m], ['n', n], ['k', k], ...batch.entries()] as const) {
    if (!Number.isInteger(size) || size < 0) {
      throw new RangeError(`matmul: size ${name} is ${size}; sizes are integers of at least 0`);
    }
  }
  const operand = (name: string, given: MatmulOperand): Operand => {
    const full = { dtype: 'f32' as const, offset: 0, ...given };
    if (full.batchStrides.length !== batch.length) {
      throw new RangeError(
        `matmul: operand ${name} has ${full.batchStrides.length} batch strides for ` +
          `${batch.length} batch dimensions; give one stride each, 0 to broadcast`,
      );
    }
    for (const stride of [full.rowStride, full.colStride, full.offset, ...full.batchStrides]) {
      if (!Number.isInteger(stride)) {
        throw new RangeError(
          `matmul: operand ${name} has a stride or offset of ${stride} elements`,
        );
      }
    }
    return full;
  };
  const contiguous = batch.map((_, index) => m * n * product(batch.slice(index + 1)));
  const c = operand('c', {
    colStride: 1,
    ...(spec.c ?? { rowStride: n, batchStrides: contiguous }),
  });
  if (c.rowStride < 0 || c.batchStrides.some((stride) => stride <= 0)) {
    throw new RangeError('matmul: the output needs positive strides; copy to its view afterwards');
  }
  return fold({ m, n, k, batch, a: operand('a', spec.a), b: operand('b', spec.b), c, epilogue });
}

/**
 * Turns batch dimensions into rows where B is shared and A and C go on as if their rows did:
 * [12, 64, k] · [k, n] is [768, k] · [k, n]. A bias per row would have to repeat, so it prevents it.
 */
function fold(problem: Problem): Problem {
  const { m, batch, a, b, c } = problem;
  const size = batch.at(-1);
  if (size === undefined) return problem;
  const rest = <T>(list: readonly T[]) => list.slice(0, -1);
  const inner = (operand: Operand) => operand.batchStrides.at(-1)!;
  const drop = (operand: Operand) => ({ ...operand, batchStrides: rest(operand.batchStrides) });
  const foldable =
    size === 1 ||
    (inner(b) === 0 &&
      inner(a) === m * a.rowStride &&
      inner(c) === m * c.rowStride &&
      problem.epilogue.bias !== 'row');
  if (!foldable) return problem;
  return fold({
    ...problem,
    m: m * size,
    batch: rest(batch),
    a: drop(a),
    b: drop(b),
    c: drop(c),
  });
}
