import { apply, type Node, type Op } from '../graph.ts';
import { broadcastShapes } from '../shape.ts';
import { expand } from './broadcast.ts';
import { cast } from './cast.ts';
import { type Operand, unify } from './elementwise.ts';
import { fill, toNode } from './leaf.ts';

/** `yes` where the condition holds, `no` elsewhere. */
export const whereOp: Op<undefined> = {
  name: 'where',
  kind: 'elementwise',
  infer: ([, yes]) => ({ shape: yes!.shape, dtype: yes!.dtype }),
  gradient: ({ inputs: [condition], gradient, wants }) => [
    undefined,
    wants(1) ? where(condition!, gradient, 0) : undefined,
    wants(2) ? where(condition!, 0, gradient) : undefined,
  ],
};

/** @see whereOp. Broadcasts all three; `yes` and `no` are promoted to one dtype. */
export function where(condition: Node, yes: Operand, no: Operand): Node {
  const bothNumbers = typeof yes !== 'object' && typeof no !== 'object';
  const fractional = [yes, no].some(
    (value) => typeof value === 'number' && !Number.isInteger(value),
  );
  const like = { shape: [], dtype: fractional ? ('f32' as const) : ('i32' as const) };
  const [a, b] = bothNumbers ? [toNode(yes, like), toNode(no, like)] : unify('where', [yes, no]);
  const shape = broadcastShapes(
    condition.shape,
    broadcastShapes(a!.shape, b!.shape, 'where'),
    'where',
  );
  const test = condition.dtype === 'bool' ? condition : cast(condition, 'bool');
  return apply(whereOp, [expand(test, shape), expand(a!, shape), expand(b!, shape)], undefined);
}

/** Zeros like `x`. */
export function zerosLike(x: Node): Node {
  return fill(x.shape, 0, x.dtype);
}
