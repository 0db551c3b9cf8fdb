import type { Node } from '../graph.ts';
import * as broadcast from './broadcast.ts';
import type { OpCase } from './case.ts';
import { fill, indices } from './leaf.ts';
import * as movement from './movement.ts';

const one = (
  name: string,
  shape: readonly number[],
  build: (x: Node) => Node,
  terms = 1,
): OpCase => ({
  name,
  inputs: [{ shape }],
  exact: true,
  terms,
  build: ([x]) => build(x!),
});

/** Test cases of the movement operations and of constants. */
export const cases: readonly OpCase[] = [
  one('reshape', [2, 6], (x) => movement.reshape(x, [3, -1])),
  one('reshape of a scalar', [], (x) => movement.reshape(x, [1, 1])),
  one('reshape of a transpose', [2, 3, 4], (x) =>
    movement.reshape(movement.permute(x, [2, 0, 1]), [4, 6]),
  ),
  one('permute', [2, 3, 5], (x) => movement.permute(x, [2, 0, 1])),
  one('transpose', [7, 3], (x) => movement.transpose(x)),
  one('expand', [3, 1], (x) => broadcast.expand(x, [2, 3, 4]), 8),
  one('slice', [6, 5], (x) => movement.slice(x, [1, 2], [4, 2])),
  one('slice with steps', [7, 5], (x) => movement.slice(x, [1, 0], [3, 2], [2, 3])),
  one('slice of nothing', [4, 3], (x) => movement.slice(x, [2, 0], [0, 3])),
  one('pad', [2, 3], (x) => movement.pad(x, [1, 0], [0, 2])),
  one('slice of a pad', [4], (x) => movement.slice(movement.pad(x, [3], [3]), [1], [5])),
  one('pad of a pad', [3], (x) => movement.pad(movement.pad(x, [1], [0]), [2], [2])),
  one('padding alone', [1], (x) => movement.slice(movement.pad(x, [1], [0]), [0], [1])),
  one(
    'pad of an expand',
    [1, 3],
    (x) => movement.pad(broadcast.expand(x, [2, 3]), [1, 1], [1, 0]),
    2,
  ),
  one('flip', [3, 4], (x) => movement.flip(x, [0, 1])),
  one('flip of a slice', [6], (x) => movement.flip(movement.slice(x, [0], [3], [2]))),
  one('moved axis', [2, 3, 4], (x) => movement.moveAxis(x, 0, -1)),
  one('empty', [0, 3], (x) => movement.permute(x, [1, 0])),
  {
    name: 'bytes',
    inputs: [{ shape: [5, 3], dtype: 'u8' }],
    exact: true,
    build: ([x]) => [movement.transpose(x!), movement.pad(x!, [1, 1], [1, 1])],
  },
  {
    name: 'constants',
    inputs: [],
    exact: true,
    build: () => [indices(5), fill([2, 2], 0.1, 'bf16'), indices(0)],
  },
];
