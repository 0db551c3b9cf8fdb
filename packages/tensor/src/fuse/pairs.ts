import { sameShape } from '../shape.ts';
import { type Edge, type Vertex, viewOf } from './vertex.ts';

/** Whether two products have the same left operand, and right operands laid out alike: one kernel can walk all three. */
export function isPair(first: Vertex, second: Vertex): boolean {
  const [left, right] = first.inputs as [Edge, Edge];
  const [otherLeft, otherRight] = second.inputs as [Edge, Edge];
  return (
    sameShape(first.shape, second.shape) &&
    isSameValue(left, otherLeft) &&
    dtypeOf(right) === dtypeOf(otherRight) &&
    sameShape(right.shape, otherRight.shape) &&
    sameShape(viewOf(right).strides, viewOf(otherRight).strides)
  );
}

function isSameValue(a: Edge, b: Edge): boolean {
  return (
    a.source === b.source &&
    a.output === b.output &&
    JSON.stringify(a.steps) === JSON.stringify(b.steps)
  );
}

const dtypeOf = ({ source, output }: Edge) => source.outputs[output]!.dtype;
