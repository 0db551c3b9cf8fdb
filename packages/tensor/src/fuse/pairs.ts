import { structuralKey } from '../key.ts';
import { sameShape } from '../shape.ts';
import { type Edge, type Vertex, viewOf } from './vertex.ts';

/** Whether two products have the same left operand, and right operands laid out alike: one kernel can walk all three. */
export function isPair(first: Vertex, second: Vertex): boolean {
  const [left, ...right] = first.inputs as [Edge, ...Edge[]];
  const [otherLeft, ...otherRight] = second.inputs as [Edge, ...Edge[]];
  return (
    sameShape(first.shape, second.shape) &&
    structuralKey(first.attributes) === structuralKey(second.attributes) &&
    isSameValue(left, otherLeft) &&
    right.length === otherRight.length &&
    right.every((part, i) => isAlike(part, otherRight[i]!))
  );
}

function isAlike(a: Edge, b: Edge): boolean {
  return (
    dtypeOf(a) === dtypeOf(b) &&
    sameShape(a.shape, b.shape) &&
    sameShape(viewOf(a).strides, viewOf(b).strides)
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
