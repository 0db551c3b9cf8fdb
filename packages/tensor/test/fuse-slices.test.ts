import { expect, it } from 'vitest';
import { BackendDevice } from '../src/backend-device.ts';
import { compile } from '../src/compile.ts';
import { tensor, zeros } from '../src/creation.ts';
import { registerDevice } from '../src/device.ts';
import { updateSlice } from '../src/functional/indexing.ts';
import { rotary } from '../src/functional.ts';
import { evaluate } from '../src/reference/index.ts';
import type { Tensor } from '../src/tensor.ts';
import { Variable } from '../src/variable.ts';
import { InterpreterBackend } from './support/interpreter-backend.ts';

/** Has a kernel for slices, and takes loops that write them. */
class SliceBackend extends InterpreterBackend {
  readonly scatters = true;

  override supports(operation?: string): boolean {
    return operation === 'updateSlice';
  }

  override joins(): boolean {
    return false;
  }
}
registerDevice('slices', async () => new BackendDevice(new SliceBackend()));

const values = (shape: number[], phase = 0) => {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3 + phase)),
    shape,
  );
};
const at = (position: number) => tensor(position, [], { dtype: 'i32' });

/** A cache's keys with new ones, [batch, positions, heads · headDim], rotated. */
function extended(keys: Tensor, fresh: Tensor, angles: Tensor, start: Tensor): Tensor {
  const [batch, heads, , headDim] = keys.shape as [number, number, number, number];
  const apart = fresh.reshape(batch, fresh.shape[1]!, heads, headDim).permute(0, 2, 1, 3);
  return updateSlice(keys, rotary(apart, angles.cos(), angles.sin()), start, 2);
}

it.each([
  ['one position', 1, 1, 3],
  ['some, of two sentences', 2, 3, 2],
  ['over the end', 2, 3, 5],
  ['before the beginning', 1, 3, -1],
  ['outside', 1, 1, 6],
])('rotated keys go straight into the cache: %s', async (_, batch, count, start) => {
  const cache = new Variable(values([batch, 2, 6, 4]));
  const fresh = values([batch, count, 8], 1);
  const angles = values([count, 2], 2);
  const want = evaluate([extended(values([batch, 2, 6, 4]), fresh, angles, at(start)).node])[0]!;
  const step = compile((keys: Tensor, turns: Tensor, place: Tensor) => {
    const all = extended(cache, keys, turns, place);
    cache.assign(all);
    return all.sum(-1);
  });
  const plan = await step.explain(fresh, angles, at(start));
  // The tables of angles; keys; sums.
  expect(plan, plan).toMatch(/\+updateSlice/);
  expect(plan, plan).not.toMatch(/\bcopy\b/);
  await step(fresh, angles, at(start));
  const got = await cache.data();
  want.forEach((value, i) => {
    expect(got[i], `element ${i}`).toBeCloseTo(value, 5);
  });
});

it('a slice is written by a kernel of its own where the old values are wanted, too', async () => {
  const cache = new Variable(zeros([4, 3]));
  const kernelsOf = (fn: (fresh: Tensor) => Tensor | undefined) => {
    const step = compile((fresh: Tensor) => fn(fresh) ?? fresh);
    return step.explain(values([2, 3]));
  };
  const moved = (fresh: Tensor) => updateSlice(cache, fresh.mul(2), at(1), 0);
  const inPlace = await kernelsOf((fresh) => void cache.assign(moved(fresh)));
  expect(inPlace, inPlace).toMatch(/mul\+updateSlice/);
  const keepsOld = await kernelsOf((fresh) => {
    const old = cache.mul(3);
    cache.assign(moved(fresh));
    return old;
  });
  expect(keepsOld, keepsOld).not.toMatch(/\+updateSlice/);
  const givesNew = await kernelsOf((fresh) => {
    const all = moved(fresh);
    cache.assign(all);
    return all;
  });
  expect(givesNew, givesNew).not.toMatch(/\+updateSlice/);
  const isFree = await kernelsOf(moved);
  expect(isFree, isFree).not.toMatch(/\+updateSlice/);
});
