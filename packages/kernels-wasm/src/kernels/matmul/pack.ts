import {
  type FunctionBuilder,
  type FunctionHandle,
  f32,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type ParameterLocals,
  type V128,
} from '../../wasm/index.ts';
import { storeLanes } from '../lanes.ts';
import { loadFloat, loadFloats } from '../load.ts';
import { elementBytes, type MatmulDtype } from './spec.ts';

/**
 * One side of the product as the packer sees it: `extent` rows of A or columns of B, each a line
 * along K. Packed, `width` lines lie side by side, K after K: the order in which the microkernel
 * reads them.
 */
interface PackShape {
  readonly dtype: MatmulDtype;
  /** Lines in a panel. */
  readonly width: number;
  /** Lines of the whole operand; the last panel is filled up with zeros. */
  readonly extent: number;
  /** Elements between lines, and between neighbours along K. */
  readonly acrossStride: number;
  readonly kStride: number;
}

const PACK_PARAMETERS = {
  /** Address of the first line at the first K. */
  source: 'i32',
  target: 'i32',
  /** Lines to pack. */
  lines: 'i32',
  /** Length along K. */
  count: 'i32',
  /** Bytes between panels of the target. */
  panelBytes: 'i32',
} as const;

/** Panels copied at a time where lines are neighbours: whole cache lines are read, page by page. */
const SIDE_BY_SIDE = 4;

/** Adds a function that packs `lines` lines into panels. */
export function addPack(module: ModuleBuilder, shape: PackShape): FunctionHandle<'void'> {
  const { width, extent } = shape;
  const edge = extent % width;
  return module.function(undefined, PACK_PARAMETERS, (f, p) => {
    const size = elementBytes(shape.dtype);
    const left = f.let(p.lines);
    const panels = (count: number, body: () => void) =>
      f.while(i32.geU(left, count * width), () => {
        body();
        f.increment(p.source, shape.acrossStride * count * width * size);
        f.increment(p.target, i32.mul(p.panelBytes, count));
        f.increment(left, -count * width);
      });
    if (shape.acrossStride === 1) panels(SIDE_BY_SIDE, () => copyPanels(f, shape, p));
    panels(1, () => packPanel(f, shape, width, p.source, p.target, p.count));
    if (edge) f.if(left, () => packPanel(f, shape, edge, p.source, p.target, p.count));
  });
}

/** Packs several full panels whose lines are neighbours in memory. */
function copyPanels(
  f: FunctionBuilder,
  shape: PackShape,
  p: ParameterLocals<typeof PACK_PARAMETERS>,
): void {
  const size = elementBytes(shape.dtype);
  const from = f.let(p.source);
  const targets = Array.from({ length: SIDE_BY_SIDE }, (_, panel) =>
    f.let(i32.add(p.target, i32.mul(p.panelBytes, panel))),
  );
  const left = f.let(p.count);
  f.while(left, () => {
    targets.forEach((target, panel) => {
      copyAcross(f, shape, shape.width, i32.add(from, panel * shape.width * size), target, 0);
      f.increment(target, shape.width * 4);
    });
    f.increment(from, shape.kStride * size);
    f.increment(left, -1);
  });
}

/** Packs one panel of which `lines` lines exist. */
function packPanel(
  f: FunctionBuilder,
  shape: PackShape,
  lines: number,
  source: I32,
  target: I32,
  count: I32,
): void {
  const size = elementBytes(shape.dtype);
  const kBytes = shape.kStride * size;
  const acrossBytes = shape.acrossStride * size;
  const from = f.let(source);
  const to = f.let(target);
  const advance = (steps: number) => {
    f.increment(from, steps * kBytes);
    f.increment(to, steps * shape.width * 4);
  };
  const left = f.let(count);
  const repeat = (steps: number, body: () => void) =>
    f.while(i32.geU(left, steps), () => {
      body();
      advance(steps);
      f.increment(left, -steps);
    });
  if (shape.acrossStride === 1) {
    for (const steps of [4, 1]) {
      repeat(steps, () => {
        for (let k = 0; k < steps; k++)
          copyAcross(f, shape, lines, i32.add(from, k * kBytes), to, k);
      });
    }
    return;
  }
  if (shape.kStride === 1) repeat(4, () => transposeFour(f, shape, lines, acrossBytes, from, to));
  repeat(1, () => {
    for (let line = 0; line < shape.width; line++) {
      const value =
        line < lines ? loadFloat(f, shape.dtype, i32.add(from, line * acrossBytes)) : f32.const(0);
      f.emit(f32.store(to, value, line * 4));
    }
  });
}

/** One K of a panel whose lines are neighbours in memory. */
function copyAcross(
  f: FunctionBuilder,
  { dtype, width }: PackShape,
  lines: number,
  from: I32,
  to: Local<'i32'>,
  k: number,
): void {
  const size = elementBytes(dtype);
  for (let line = 0; line < width; line += 4) {
    const stored = Math.min(4, width - line);
    const offset = (k * width + line) * 4;
    // A full vector where all four exist; else one by one, never past the operand's end.
    if (line + 4 <= lines)
      storeLanes(f, to, loadFloats(f, dtype, i32.add(from, line * size)), stored, offset);
    else {
      for (let lane = line; lane < line + stored; lane++) {
        const value = lane < lines ? loadFloat(f, dtype, i32.add(from, lane * size)) : f32.const(0);
        f.emit(f32.store(to, value, (k * width + lane) * 4));
      }
    }
  }
}

/** Four K of a panel whose lines are contiguous along K: 4×4 transposes. */
function transposeFour(
  f: FunctionBuilder,
  { dtype, width }: PackShape,
  lines: number,
  acrossBytes: number,
  from: I32,
  to: I32,
): void {
  for (let line = 0; line < width; line += 4) {
    const stored = Math.min(4, width - line);
    f.scope(() => {
      const rows = [0, 1, 2, 3].map((lane) =>
        f.let(
          line + lane < lines && lane < stored
            ? loadFloats(f, dtype, i32.add(from, (line + lane) * acrossBytes))
            : f32x4.splat(0),
        ),
      );
      transpose4(f, rows).forEach((column, k) => {
        storeLanes(f, to, column, stored, (k * width + line) * 4);
      });
    });
  }
}

/** The four columns of a 4×4 block given by its four rows. */
export function transpose4(f: FunctionBuilder, rows: readonly V128[]): V128[] {
  const [r0, r1, r2, r3] = rows as [V128, V128, V128, V128];
  const low01 = f.let(f32x4.shuffle(r0, r1, [0, 4, 1, 5]));
  const low23 = f.let(f32x4.shuffle(r2, r3, [0, 4, 1, 5]));
  const high01 = f.let(f32x4.shuffle(r0, r1, [2, 6, 3, 7]));
  const high23 = f.let(f32x4.shuffle(r2, r3, [2, 6, 3, 7]));
  return [
    f32x4.shuffle(low01, low23, [0, 1, 4, 5]),
    f32x4.shuffle(low01, low23, [2, 3, 6, 7]),
    f32x4.shuffle(high01, high23, [0, 1, 4, 5]),
    f32x4.shuffle(high01, high23, [2, 3, 6, 7]),
  ];
}
