import type { KernelBuffer, Prologue } from '@llm/tensor/backend';
import { gridOf, type KernelStep, type Target } from '../../kernel.ts';
import { Shader } from '../../print/shader.ts';
import { digits, retype, u32 } from '../wgsl.ts';
import { type TileGeometry, threadsOf } from './geometry.ts';
import { baseOf, loadDirection, type OperandLoader, quadFunction, wideType } from './load.ts';
import type { DeclareOutput, Output } from './output.ts';
import { isAligned, matrices, type Operand, type Problem } from './problem.ts';
import { readWeights } from './weights.ts';

/** What a shader of the product needs besides its geometry. */
export interface MatmulShader {
  readonly name: string;
  readonly problem: Problem;
  /** What computes the left operand, which then is no buffer. Only for products of few rows. */
  readonly prologue?: Prologue | undefined;
  /** The operation's buffers, scratch after them, each with the access that this step has. */
  readonly buffers: readonly KernelBuffer[];
  /** Buffers that anything but an operand reads: they stay arrays of single words. */
  readonly shared: ReadonlySet<number>;
  readonly output: DeclareOutput;
  readonly target: Target;
}

/**
 * A product by tiles. A workgroup owns tileRows × tileColumns sums, 4 × 4 in the registers of each
 * invocation. In steps of tileInner it brings a piece of both operands into workgroup memory, four elements
 * at a time, and multiplies from there: each element is loaded from memory once for a tile's width.
 *
 * Workgroup memory: `leftTile` and `rightTile`, lines of tileInner as vec4f. An operand whose neighbours lie
 * along the inner axis keeps quads of that axis, line by line, one quad of padding between lines; lines are
 * stored by their number mod 4 first, so that neighbours in the workgroup read neighbouring banks. An
 * operand whose neighbours lie across lines keeps quads of lines, k by k. So NN, NT, TN and TT products
 * each load whole quads and nothing is transposed in memory.
 */
export function tileStep(spec: MatmulShader, geometry: TileGeometry): KernelStep {
  const { name, problem, buffers, output, target } = spec;
  const { rows, columns, inner, batch } = problem;
  const { tileRows, tileColumns, tileInner, splits } = geometry;
  const threads = threadsOf(geometry);
  const shader = new Shader(name, buffers);
  const loaders = loadersOf(shader, spec);
  const tiles = [
    new Tile('left', loaders.left, tileRows, tileInner, threads),
    new Tile('right', loaders.right, tileColumns, tileInner, threads),
  ] as const;
  for (const tile of tiles) tile.declare(shader);
  const stored = output(shader, problem);

  const perRange = Math.ceil(inner / splits / tileInner) * tileInner;
  const tilesAcross = Math.ceil(columns / tileColumns);
  const tilesDown = Math.ceil(rows / tileRows);
  const count = matrices(problem) * splits * tilesDown * tilesAcross;
  const workgroups = gridOf(count, target);
  const batchNames = batch.map((_, axis) => `batch${axis}`);
  const [left, right] = tiles;
  const end = splits > 1 ? `min(first + ${u32(perRange)}, ${u32(inner)})` : u32(inner);
  const body = `let item = group.x + group.y * ${u32(workgroups[0])};
if (item >= ${u32(count)}) { return; }
${digits('item', [matrices(problem) * splits, tilesDown, tilesAcross], ['part', 'down', 'across'])}
${digits('part', [splits, matrices(problem)], ['range', 'batch'])}
${digits('batch', batch, batchNames)}
let firstRow = down * ${u32(tileRows)};
let firstColumn = across * ${u32(tileColumns)};
let leftBase = ${baseOf(loaders.left, batchNames)};
let rightBase = ${baseOf(loaders.right, batchNames)};
let threadRow = thread / ${u32(tileColumns / 4)};
let threadColumn = thread % ${u32(tileColumns / 4)};
${four((i) => `var sum${i} = vec4f();`)}
let first = ${splits > 1 ? `range * ${u32(perRange)}` : '0u'};
let end = ${end};
for (var k = first; k < end; k += ${u32(tileInner)}) {
${left.fill('leftBase', 'firstRow')}
${right.fill('rightBase', 'firstColumn')}
  workgroupBarrier();
  for (var quad = 0u; quad < ${u32(tileInner / 4)}; quad++) {
${left.read('threadRow')}
${right.read('threadColumn')}
${multiply(left, right)}
  }
  workgroupBarrier();
}
${storeSums(problem, geometry, stored)}`;
  return retypeOperands(shader.finish(body, threads, workgroups), loaders);
}

const four = (line: (i: number) => string): string => [0, 1, 2, 3].map(line).join('\n');
const lanes = 'xyzw';

/** How a shader reads its operands. */
export interface Loaders {
  /** Absent where the shader computes it. */
  readonly left?: OperandLoader | undefined;
  readonly right: OperandLoader;
  readonly second?: OperandLoader | undefined;
}

/** The operands of a shader, each as words of four where its layout and all else that reads it allow. */
export function loadersOf(
  shader: Shader,
  { problem, shared }: MatmulShader,
): Loaders & { readonly left: OperandLoader } {
  const { left, rows } = problem;
  const loader = loaderOf(shader, { problem, shared });
  return { ...rightLoadersOf(shader, { problem, shared }), left: loader(left, rows) };
}

/** As `loadersOf`, for shaders that compute the left operand. */
export function rightLoadersOf(
  shader: Shader,
  { problem, shared }: Pick<MatmulShader, 'problem' | 'shared'>,
): Omit<Loaders, 'left'> {
  const { right, second, columns } = problem;
  const loader = loaderOf(shader, { problem, shared });
  return { right: loader(right, columns), second: second && loader(second, columns) };
}

function loaderOf(
  shader: Shader,
  { problem, shared }: Pick<MatmulShader, 'problem' | 'shared'>,
): (operand: Operand, extent: number) => OperandLoader {
  const { left, right, second, rows, columns, inner } = problem;
  const fits = (operand: Operand, extent: number) =>
    isAligned(operand, extent, inner) && !shared.has(operand.buffer);
  const sides = [left, right, second].flatMap((operand, side) =>
    operand ? [{ operand, extent: side === 0 ? rows : columns }] : [],
  );
  return (operand, extent) => ({
    operand,
    buffer: shader.buffer(operand.buffer),
    extent,
    inner,
    // One buffer has one type.
    aligned: sides.every(
      (side) => side.operand.buffer !== operand.buffer || fits(side.operand, side.extent),
    ),
    weights: operand.quantized && readWeights(shader, operand.quantized),
  });
}

/** Declares as words of four what the loaders read so. */
export function retypeOperands(step: KernelStep, { left, right, second }: Loaders): KernelStep {
  const types = [left, right, second].flatMap((loader): [string, string][] =>
    loader?.aligned ? [[loader.buffer, wideType(loader)]] : [],
  );
  return retype(step, new Map(types));
}

/** A piece of an operand in workgroup memory. */
class Tile {
  readonly #quads: number;
  readonly #lineQuads: number;

  constructor(
    readonly side: 'left' | 'right',
    readonly loader: OperandLoader,
    readonly lines: number,
    readonly inner: number,
    readonly threads: number,
  ) {
    this.#lineQuads = inner / 4 + 1;
    this.#quads = this.inDirectionOfLines ? inner * (lines / 4) : lines * this.#lineQuads;
  }

  get inDirectionOfLines(): boolean {
    return loadDirection(this.loader) === 'lines';
  }

  declare(shader: Shader): void {
    shader.declare(quadFunction(`${this.side}Quad`, this.loader));
    shader.declare(`var<workgroup> ${this.side}Tile: array<vec4f, ${this.#quads}>;`);
  }

  /** Brings the piece from `k` on into workgroup memory; all invocations load. */
  fill(base: string, firstLine: string): string {
    const { side, lines, inner } = this;
    const quads = (lines * inner) / 4;
    const across = this.inDirectionOfLines ? lines / 4 : inner / 4;
    const body = this.inDirectionOfLines
      ? `    let line = (i % ${u32(across)}) * 4u;
    let depth = i / ${u32(across)};
    ${side}Tile[i] = ${side}Quad(${base}, ${firstLine} + line, k + depth);`
      : `    let line = i / ${u32(across)};
    let depth = i % ${u32(across)};
    ${side}Tile[((line & 3u) * ${u32(lines / 4)} + (line >> 2u)) * ${u32(this.#lineQuads)} + depth] = ${side}Quad(${base}, ${firstLine} + line, k + depth * 4u);`;
    return `  for (var i = thread; i < ${u32(quads)}; i += ${u32(this.threads)}) {
${body}
  }`;
  }

  /** Reads 4 lines × 4 of the inner axis as four quads. */
  read(line: string): string {
    const { side, lines } = this;
    return four((i) =>
      this.inDirectionOfLines
        ? `    let ${side}${i} = ${side}Tile[(quad * 4u + ${i}u) * ${u32(lines / 4)} + ${line}];`
        : `    let ${side}${i} = ${side}Tile[(${u32(i * (lines / 4))} + ${line}) * ${u32(this.#lineQuads)} + quad];`,
    );
  }

  /** The element of a line at a depth, both 0 to 3. */
  element(line: number, depth: number): string {
    return this.inDirectionOfLines
      ? `${this.side}${depth}.${lanes[line]}`
      : `${this.side}${line}.${lanes[depth]}`;
  }

  /** Four lines at a depth. */
  across(depth: number): string {
    if (this.inDirectionOfLines) return `${this.side}${depth}`;
    return `vec4f(${[0, 1, 2, 3].map((line) => this.element(line, depth)).join(', ')})`;
  }
}

function multiply(left: Tile, right: Tile): string {
  return four((depth) => {
    const products = four(
      (row) => `    sum${row} = fma(vec4f(${left.element(row, depth)}), row${depth}, sum${row});`,
    );
    return `    let row${depth} = ${right.across(depth)};\n${products}`;
  });
}

function storeSums(
  { rows, columns }: Problem,
  { tileRows, tileColumns }: TileGeometry,
  { width, call }: Output,
): string {
  const line = (row: number) => {
    const some = (first: number) => {
      const sums = Array.from({ length: width }, (_, i) => `sum${row}.${lanes[first + i]}`);
      const statement = call('part', `row + ${row}u`, `column + ${first}u`, sums);
      if (columns % tileColumns === 0) return statement;
      return `if (column + ${first}u < ${u32(columns)}) { ${statement} }`;
    };
    const firsts = [0, 1, 2, 3].filter((column) => column % width === 0);
    const all = firsts.map(some).join('\n');
    if (rows % tileRows === 0) return all;
    return `if (row + ${row}u < ${u32(rows)}) {\n${all}\n}`;
  };
  return `let row = firstRow + threadRow * 4u;
let column = firstColumn + threadColumn * 4u;
${four(line)}`;
}
