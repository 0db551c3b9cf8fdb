/**
 * Programs drawn at random: a few inputs and variables, five to forty operations over whatever exists so far,
 * views and reductions among them, several outputs, assignments, and gradients.
 *
 * @module
 */
import { gradients } from '../autograd.ts';
import type { Node } from '../graph.ts';
import { wordsOf } from '../ir/quantized.ts';
import * as arithmetic from '../ops/arithmetic.ts';
import { expand, sum } from '../ops/broadcast.ts';
import { concat } from '../ops/concat.ts';
import { dequantize } from '../ops/dequantize.ts';
import { indices } from '../ops/leaf.ts';
import { greater } from '../ops/logic.ts';
import { matmul } from '../ops/matmul.ts';
import * as movement from '../ops/movement.ts';
import { quantizedLinear } from '../ops/quantized-linear.ts';
import { max, mean } from '../ops/reduce.ts';
import { softmax } from '../ops/softmax.ts';
import { where } from '../ops/where.ts';
import { scan } from '../scan/scan.ts';
import { sizeOf } from '../shape.ts';
import { Tensor } from '../tensor.ts';

/** One step: which operation, on which earlier values, with which choices. */
export interface ProgramStep {
  readonly operation: number;
  readonly first: number;
  readonly second: number;
  readonly choice: number;
}

/** A program as drawn. */
export interface RandomProgram {
  readonly shapes: readonly (readonly number[])[];
  readonly steps: readonly ProgramStep[];
  readonly outputs: readonly number[];
}

/** Elements beyond which no value grows. */
const largest = 600;

type Build = (x: Node, y: Node, choice: number) => Node;

const operations: readonly Build[] = [
  (x) => arithmetic.tanh(x),
  (x) => arithmetic.sigmoid(x),
  (x) => arithmetic.neg(x),
  (x) => arithmetic.abs(x),
  (x) => arithmetic.mul(x, x),
  (x) => arithmetic.exp(arithmetic.minimum(arithmetic.tanh(x), 1)),
  (x) => arithmetic.erf(x),
  (x, _, choice) => arithmetic.add(arithmetic.mul(x, 0.5), choice % 3),
  (x, y) => arithmetic.add(x, fit(y, x)),
  (x, y) => arithmetic.sub(x, fit(y, x)),
  (x, y) => arithmetic.mul(x, arithmetic.tanh(fit(y, x))),
  (x, y) => arithmetic.maximum(x, fit(y, x)),
  (x, y) => where(greater(x, fit(y, x)), x, arithmetic.neg(fit(y, x))),
  (x, _, choice) => mean(x, axisOf(x, choice), true),
  (x, _, choice) => sum(arithmetic.mul(x, 0.25), axisOf(x, choice)),
  (x, _, choice) => max(x, axisOf(x, choice), true),
  (x, _, choice) => arithmetic.sub(x, mean(x, axisOf(x, choice), true)),
  (x, _, choice) => softmax(x, axisOf(x, choice)),
  (x, _, choice) => movement.transpose(x, axisOf(x, choice), axisOf(x, choice >> 2)),
  (x, _, choice) => movement.flip(x, axisOf(x, choice)),
  (x) => movement.reshape(x, [-1]),
  (x, _, choice) => movement.reshape(x, [...split(sizeOf(x.shape), choice)]),
  (x, _, choice) =>
    movement.pad(
      x,
      x.shape.map((_size, axis) => (axis === choice % x.shape.length ? choice % 3 : 0)),
      x.shape.map((_size, axis) => (axis === choice % x.shape.length ? (choice >> 2) % 2 : 0)),
    ),
  (x, _, choice) => {
    const axis = axisOf(x, choice);
    const start = choice % x.shape[axis]!;
    const step = 1 + (choice % 2);
    const count = Math.ceil((x.shape[axis]! - start) / step);
    const only = <T>(value: T, others: (i: number) => T) =>
      x.shape.map((_, i) => (i === axis ? value : others(i)));
    return movement.slice(
      x,
      only(start, () => 0),
      only(count, (i) => x.shape[i]!),
      only(step, () => 1),
    );
  },
  (x) => expand(movement.reshape(x, [1, ...x.shape]), [2, ...x.shape]),
  (x, y) => concat([x, expand(fit(y, x), x.shape)], -1),
  (x, y) => {
    const left = matrix(x);
    const right = matrix(y);
    const inner = Math.min(left.shape[1]!, right.shape[0]!);
    return arithmetic.mul(
      matmul(
        movement.slice(left, [0, 0], [left.shape[0]!, inner]),
        movement.slice(right, [0, 0], [inner, right.shape[1]!]),
      ),
      0.3,
    );
  },
  (x, y) => {
    const left = matrix(x);
    const inner = Math.min(left.shape[1]!, y.shape.at(-1)!);
    const rows = movement.slice(left, [0, 0], [left.shape[0]!, inner]);
    const right = movement.slice(matrix(y), [0, 0], [matrix(y).shape[0]!, inner]);
    const times = (weight: Node) => matmul(rows, movement.transpose(weight, 0, 1));
    const gate = arithmetic.sigmoid(times(arithmetic.tanh(right)));
    return arithmetic.mul(gate, arithmetic.mul(times(arithmetic.abs(right)), 0.3));
  },
  (x, y, choice) => {
    const rows = matrix(x);
    const columns = rows.shape[1]!;
    const bits = choice % 2 === 0 ? 8 : 4;
    const layout = { bits, columns, group: columns } as const;
    const words = wordsOf(layout);
    const codes = movement.reshape(arithmetic.mul(indices(3 * words), 0x1e3779b1), [3, words]);
    const three = movement.reshape(fit(y, indices(3)), [3, 1]);
    const scales = arithmetic.mul(arithmetic.tanh(three), 2 ** -bits);
    const parts = choice % 3 === 0 ? [codes, scales, scales] : [codes, scales];
    return quantizedLinear(rows, dequantize(parts, layout));
  },
  (x, y, choice) => {
    const rows = x.shape.length > 1 ? x : movement.reshape(x, [-1, 1]);
    const { carry, ys } = scan(
      (state: Tensor, row: Tensor) => {
        const next = state.mul(0.5).add(row).tanh();
        return [next, next.mul(state)];
      },
      new Tensor(expand(fit(y, rows), rows.shape.slice(1))),
      new Tensor(rows),
      { reverse: choice % 2 === 1 },
    );
    return choice % 3 === 0 ? carry.node : ys.node;
  },
];

/** Number of operations that a step can choose from. */
export const operationCount = operations.length;

/** What a program computes from its inputs: its outputs, and their gradients with respect to the inputs. */
export function buildProgram(program: RandomProgram, inputs: readonly Node[]): Node[] {
  const values = [...inputs];
  for (const { operation, first, second, choice } of program.steps) {
    const x = atLeastOneAxis(values[first % values.length]!);
    const y = atLeastOneAxis(values[second % values.length]!);
    const result = operations[operation % operations.length]!(x, y, choice);
    if (sizeOf(result.shape) <= largest) values.push(result);
  }
  const outputs = program.outputs.map(
    (index) => values[values.length - 1 - (index % values.length)]!,
  );
  const loss = outputs
    .map((output) => sum(arithmetic.tanh(output)))
    .reduce((a, b) => arithmetic.add(a, b));
  const found = gradients([loss], [undefined], inputs);
  return [...outputs, ...found.filter((gradient) => gradient !== undefined)];
}

function atLeastOneAxis(x: Node): Node {
  return x.shape.length === 0 ? movement.reshape(x, [1]) : x;
}

function axisOf(x: Node, choice: number): number {
  return choice % x.shape.length;
}

/** `y` made to broadcast to `x`: cut and padded along each axis. */
function fit(y: Node, x: Node): Node {
  const flat = movement.reshape(y, [-1]);
  const length = x.shape.at(-1)!;
  const size = Math.min(length, flat.shape[0]!);
  return movement.pad(movement.slice(flat, [0], [size]), [0], [length - size]);
}

function matrix(x: Node): Node {
  return movement.reshape(x, [-1, x.shape.at(-1)!]);
}

/** Two factors of a size. */
function split(size: number, choice: number): [number, number] {
  const divisors = Array.from({ length: size }, (_, i) => i + 1).filter((d) => size % d === 0);
  const first = divisors[choice % divisors.length]!;
  return [first, size / first];
}
