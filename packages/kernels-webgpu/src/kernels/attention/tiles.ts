import type { CoarseOperand } from '@llm/tensor/backend';
import type { Shader } from '../../print/shader.ts';
import { type OperandLoader, quadFunction } from '../matmul/load.ts';
import { isAligned, type Operand } from '../matmul/problem.ts';
import { dot, isFloatStorage, quadType, u32 } from '../wgsl.ts';

/** Lines and columns of a tile; its 8 × 8 invocations have 4 × 4 elements each. */
export const TILE = 32;
/** Invocations of a workgroup. */
export const THREADS = 64;
/** Quads between the lines of a tile in workgroup memory: eight, and one that spreads lines over the banks. */
const LINE = TILE / 4 + 1;
/** Words between the rows of weights in workgroup memory. */
const WEIGHT_ROW = TILE + 1;

const four = (line: (i: number) => string): string => [0, 1, 2, 3].map(line).join('\n');

/** Rows of [batch, heads, rows, size] that a shader reads. */
export interface Rows {
  /** Names the functions: `${name}Quad(base, row, column)` reads four columns, zeros beyond the last. */
  readonly name: string;
  readonly size: number;
  /** The position of a head's rows, for indices of the first two axes. */
  base(item: string, head: string): string;
}

/** Declares the functions that read rows. Several may lie in one buffer, which has one type in the shader. */
export function declareRows(
  shader: Shader,
  named: Readonly<Record<string, CoarseOperand>>,
): { readonly rows: Readonly<Record<string, Rows>>; readonly types: ReadonlyMap<string, string> } {
  const operands = Object.entries(named).map(([name, given]) => ({
    name,
    given,
    ...viewOf(given),
  }));
  const rows: Record<string, Rows> = {};
  const types = new Map<string, string>();
  for (const { name, given, operand, lines, size } of operands) {
    const aligned = operands
      .filter((other) => other.operand.buffer === operand.buffer)
      .every((other) => isAligned(other.operand, other.lines, other.size));
    const buffer = shader.buffer(operand.buffer);
    if (aligned) types.set(buffer, quadType(operand.dtype));
    const loader: OperandLoader = { operand, buffer, extent: lines, inner: size, aligned };
    shader.declare(quadFunction(`${name}Quad`, loader));
    rows[name] = {
      name,
      size,
      base: (item, head) => `${u32(given.offset)} + ${dot([item, head], operand.batchStrides)}`,
    };
  }
  return { rows, types };
}

function viewOf({ buffer, offset, dtype, shape, strides }: CoarseOperand) {
  if (!isFloatStorage(dtype)) throw new TypeError(`webgpu attention: wants floats: got ${dtype}`);
  const [, , lines, size] = shape as [number, number, number, number];
  const [item, head, row, column] = strides as [number, number, number, number];
  // A single row's stride says nothing, and must not look like that of columns.
  const lineStride = lines === 1 ? 0 : row;
  if (column !== 1 || lineStride === 1) {
    throw new Error(`webgpu attention: wants contiguous rows: got strides ${strides.join(', ')}`);
  }
  const operand: Operand = {
    ...{ buffer, dtype, offset, lineStride },
    innerStride: 1,
    batchStrides: [item, head],
  };
  return { operand, lines, size };
}

/** Declares the workgroup memory of a shader by tiles: 13 KB. */
export function declareTiles(shader: Shader): void {
  shader.declare(`var<workgroup> xTile: array<vec4f, ${TILE * LINE}>;
var<workgroup> yTile: array<vec4f, ${TILE * LINE}>;
var<workgroup> weights: array<f32, ${TILE * WEIGHT_ROW}>;`);
}

/** Statements that declare which elements of a tile are this invocation's: rows 4·threadRow…, columns 4·threadColumn…. */
export const declareThread = `let threadRow = thread / 8u;
let threadColumn = thread % 8u;`;

/**
 * The product of rows of x with rows of y: element (row, column) of this invocation's 4 × 4 in
 * `${sum}0[column] … ${sum}3[column]`, which must not be declared yet.
 */
export function productOfRows(
  sum: string,
  x: { readonly rows: Rows; readonly base: string; readonly first: string },
  y: { readonly rows: Rows; readonly base: string; readonly first: string },
): string {
  const { size } = x.rows;
  const quads = Math.min(TILE, Math.ceil(size / 4) * 4) / 4;
  return `${four((r) => `var ${sum}${r} = vec4f();`)}
for (var depth = 0u; depth < ${u32(size)}; depth += ${u32(quads * 4)}) {
  for (var i = thread; i < ${u32(TILE * quads)}; i += ${u32(THREADS)}) {
    let line = i / ${u32(quads)};
    let quad = i % ${u32(quads)};
    // Lines by their number mod 4, so that neighbouring invocations read neighbouring banks.
    let slot = ((line & 3u) * ${u32(TILE / 4)} + (line >> 2u)) * ${u32(LINE)} + quad;
    xTile[slot] = ${x.rows.name}Quad(${x.base}, ${x.first} + line, depth + quad * 4u);
    yTile[slot] = ${y.rows.name}Quad(${y.base}, ${y.first} + line, depth + quad * 4u);
  }
  workgroupBarrier();
  for (var quad = 0u; quad < ${u32(quads)}; quad++) {
${four((c) => `    let y${c} = yTile[(${u32((c * TILE) / 4)} + threadColumn) * ${u32(LINE)} + quad];`)}
${four(
  (r) => `    {
      let x = xTile[(${u32((r * TILE) / 4)} + threadRow) * ${u32(LINE)} + quad];
      ${sum}${r} += vec4f(dot(x, y0), dot(x, y1), dot(x, y2), dot(x, y3));
    }`,
)}
  }
  workgroupBarrier();
}`;
}

/** Where the weight of a tile's row and column lies. */
export const weightAt = (row: string, column: string): string =>
  `weights[(${row}) * ${WEIGHT_ROW}u + ${column}]`;

/** Statements for this invocation's 4 × 4 elements of a tile, of which (i, j) is the one; kept short, since all are printed. */
export const ownElements = (print: (at: string, i: number, j: number) => string): string =>
  four((i) =>
    four((j) => print(weightAt(`threadRow * 4u + ${i}u`, `threadColumn * 4u + ${j}u`), i, j)),
  );

/** Statements that put a product into `weights`, for all to see. */
export const shareProduct = (sum: string): string =>
  `${ownElements((at, i, j) => `${at} = ${sum}${i}[${j}];`)}
workgroupBarrier();`;

/**
 * A loop over the elements of a tile, shared among the invocations, for what takes many instructions: `body`
 * has `row`, `column` and the variable `element`, which is written back to `weights`.
 */
export const eachElement = (body: string): string =>
  `for (var i = thread; i < ${u32(TILE * TILE)}; i += ${u32(THREADS)}) {
  let row = i / ${u32(TILE)};
  let column = i % ${u32(TILE)};
  var element = ${weightAt('row', 'column')};
  ${body}
  ${weightAt('row', 'column')} = element;
}
workgroupBarrier();`;

/** Sums of weighted rows, in registers: 4 rows, and of the columns every eighth quad. */
export class WeightedSum {
  /** Quads of columns of an invocation. */
  readonly quads: number;

  constructor(
    readonly name: string,
    readonly size: number,
  ) {
    this.quads = Math.ceil(size / TILE);
  }

  /** All sums: row, number of the quad, variable. */
  all(print: (row: number, quad: number, variable: string) => string): string {
    const lines: string[] = [];
    for (let row = 0; row < 4; row++) {
      for (let quad = 0; quad < this.quads; quad++) {
        lines.push(print(row, quad, `${this.name}${row}_${quad}`));
      }
    }
    return lines.join('\n');
  }

  declare(): string {
    return this.all((_, __, variable) => `var ${variable} = vec4f();`);
  }

  /**
   * Adds the tile's weights times rows, `TILE` of them from `first`. Before it, the weights must be written
   * and a barrier passed; it ends with a barrier.
   */
  add(z: { readonly rows: Rows; readonly base: string; readonly first: string }): string {
    const stripes = Array.from({ length: this.quads }, (_, quad) => {
      const left = Math.min(TILE, this.size - quad * TILE);
      const width = Math.ceil(left / 4);
      const guarded = four(
        (row) =>
          `    ${this.name}${row}_${quad} = fma(vec4f(${weightAt(`threadRow * 4u + ${row}u`, 'line')}), z, ${this.name}${row}_${quad});`,
      );
      return `for (var i = thread; i < ${u32(TILE * width)}; i += ${u32(THREADS)}) {
  let line = i / ${u32(width)};
  let quad = i % ${u32(width)};
  yTile[line * ${u32(LINE)} + quad] = ${z.rows.name}Quad(${z.base}, ${z.first} + line, ${u32(quad * TILE)} + quad * 4u);
}
workgroupBarrier();
if (threadColumn < ${u32(width)}) {
  for (var line = 0u; line < ${u32(TILE)}; line++) {
    let z = yTile[line * ${u32(LINE)} + threadColumn];
${guarded}
  }
}
workgroupBarrier();`;
    });
    return stripes.join('\n');
  }

  /** Stores the sums of rows below `end`. `at` gives the position of a row's first element. */
  store(
    buffer: string,
    rowName: string,
    end: string,
    at: (row: string) => string,
    factor: (row: number) => string,
  ): string {
    const exact = this.size % 4 === 0;
    return this.all((row, quad, variable) => {
      const column = `(${u32(quad * TILE)} + threadColumn * 4u)`;
      const lanes = [0, 1, 2, 3].map((lane) => {
        const statement = `${buffer}[at + ${lane}u] = value[${lane}];`;
        return exact || lane === 0
          ? statement
          : `if (${column} + ${lane}u < ${u32(this.size)}) { ${statement} }`;
      });
      return `if (${rowName} + ${row}u < ${end} && ${column} < ${u32(this.size)}) {
  let at = ${at(`(${rowName} + ${row}u)`)} + ${column};
  let value = ${variable} * ${factor(row)};
  ${lanes.join('\n  ')}
}`;
    });
  }
}
