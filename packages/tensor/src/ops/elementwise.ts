/**
 * How an elementwise operation is declared, and how its inputs are brought to one shape and dtype.
 *
 * @module
 */
import { type DType, isFloat, promote } from '../dtype.ts';
import { apply, type GradientContext, type Node, type Op } from '../graph.ts';
import type { BinaryOperator, UnaryOperator } from '../ir/kernel.ts';
import { broadcastShapes, format, sameShape } from '../shape.ts';
import { expand } from './broadcast.ts';
import { cast } from './cast.ts';
import { toNode } from './leaf.ts';

/** A tensor or a number; numbers are weakly typed. */
export type Operand = Node | number | boolean;

/** A declared operation and the function that applies it. */
export interface Unary {
  (x: Node): Node;
  readonly op: Op<undefined>;
}

/** A declared operation and the function that applies it; at least one operand is a tensor. */
export interface Binary {
  (left: Operand, right: Operand): Node;
  readonly op: Op<undefined>;
}

/**
 * Declares `y = operator(x)`. With `float`, integers and bools become f32 first.
 * `gradient` gives ∂L/∂x from x, y and ∂L/∂y.
 */
export function unary(
  operator: UnaryOperator,
  options: {
    float?: boolean;
    output?: DType;
    /** Dtypes that it takes; numbers by default, which bools are not. */
    takes?: Takes;
    /** The result for inputs that the operator is not for: integers that need no rounding, unsigned ones. */
    instead?: (x: Node) => Node | undefined;
    gradient?: (x: Node, y: Node, dy: Node) => Node;
  },
): Unary {
  const op: Op<undefined> = {
    name: operator,
    kind: 'elementwise',
    infer: ([x]) => ({ shape: x!.shape, dtype: options.output ?? x!.dtype }),
    gradient:
      options.gradient &&
      (({ inputs: [x], outputs: [y], gradient }: GradientContext<undefined>) => [
        options.gradient!(x!, y!, gradient),
      ]),
  };
  const call = (x: Node) => {
    const input = options.float && !isFloat(x.dtype) ? cast(x, 'f32') : x;
    checkDType(operator, input.dtype, options.takes ?? 'numbers');
    return options.instead?.(input) ?? apply(op, [input], undefined);
  };
  return Object.assign(call, { op });
}

/**
 * Declares `y = operator(left, right)` with broadcasting and promotion.
 * `gradient` gives the two input gradients, at the output's shape (broadcasting is undone elsewhere).
 */
export function binary(
  operator: BinaryOperator,
  options: {
    output?: DType;
    /** Integers (and bools) become f32 first, as for `div`. */
    float?: boolean;
    /** Dtypes that it takes; numbers by default, which bools are not. */
    takes?: Takes;
    gradient?: (
      context: { left: Node; right: Node; y: Node; dy: Node },
      wants: (input: number) => boolean,
    ) => readonly [Node | undefined, Node | undefined];
  },
): Binary {
  const op: Op<undefined> = {
    name: operator,
    kind: 'elementwise',
    infer: ([left, right]) => {
      if (!sameShape(left!.shape, right!.shape)) {
        throw new RangeError(
          `${operator}: shapes differ: got ${format(left!.shape)} and ${format(right!.shape)}`,
        );
      }
      return { shape: left!.shape, dtype: options.output ?? left!.dtype };
    },
    gradient:
      options.gradient &&
      (({ inputs: [left, right], outputs: [y], gradient, wants }: GradientContext<undefined>) =>
        options.gradient!({ left: left!, right: right!, y: y!, dy: gradient }, wants)),
  };
  const call = (left: Operand, right: Operand) => {
    const [a, b] = unify(operator, [left, right]);
    const dtype = options.float && !isFloat(a!.dtype) ? 'f32' : a!.dtype;
    checkDType(operator, dtype, options.takes ?? 'numbers');
    return apply(op, [cast(a!, dtype), cast(b!, dtype)], undefined);
  };
  return Object.assign(call, { op });
}

/** Dtypes that an operation is for: all but bool, integers and bool, or all. */
type Takes = 'numbers' | 'bits' | 'all';

function checkDType(operation: string, dtype: DType, takes: Takes): void {
  if (takes === 'numbers' && dtype === 'bool') {
    throw new TypeError(
      `${operation}: wants numbers: got bool; use and(), or(), not(), or cast with .to('i32')`,
    );
  }
  if (takes === 'bits' && isFloat(dtype)) {
    throw new TypeError(
      `${operation}: wants integers or bools: got ${dtype}; cast with .to('i32')`,
    );
  }
}

/** Operands as nodes of one shape and one dtype. */
export function unify(operation: string, operands: readonly Operand[]): Node[] {
  const tensors = operands.filter((operand): operand is Node => typeof operand === 'object');
  const [first] = tensors;
  if (!first) throw new TypeError(`${operation}: wants at least one tensor`);
  const strong = tensors.map(({ dtype }) => dtype).reduce((a, b) => promote(a, b, operation));
  const nodes = operands.map((operand) => toNode(operand, { shape: [], dtype: strong }));
  const dtype = nodes.map((node) => node.dtype).reduce((a, b) => promote(a, b, operation));
  const shape = nodes.map((node) => node.shape).reduce((a, b) => broadcastShapes(a, b, operation));
  return nodes.map((node) => expand(cast(node, dtype), shape));
}
