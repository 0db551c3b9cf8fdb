import {
  BackendDevice,
  compile,
  registerDevice,
  setDefaultDevice,
  type Tensor,
  tensor,
  updateSlice,
  Variable,
  zeros,
} from '@llm/tensor';
import type { Plan } from '@llm/tensor/backend';
import { afterAll, expect, it } from 'vitest';
import { WasmBackend } from '../../src/index.ts';

const backend = WasmBackend.create({ threads: 2, debug: true });
afterAll(() => backend.dispose());
const names: string[] = [];
const prepare = backend.prepare.bind(backend);
backend.prepare = (plan: Plan) => {
  names.push(...plan.steps.map(({ kernel }) => kernel.name));
  return prepare(plan);
};
registerDevice('wasm', async () => new BackendDevice(backend));
setDefaultDevice('wasm');

it('writes into a variable in place, one plan for all positions', async () => {
  const cache = new Variable(zeros([2, 6, 4]), { trainable: false });
  const step = compile((fresh: Tensor, position: number) => {
    const at = (position as unknown as Tensor).to('i32');
    const all = updateSlice(cache, fresh, at, 1);
    cache.assign(all);
    return all.sum(-1);
  });
  const rows = (value: number) => tensor(new Float32Array(8).fill(value), [2, 1, 4]);
  await step(rows(1), 4);
  names.length = 0;
  expect(await (await step(rows(2), 0)).toArray()).toEqual([
    [8, 0, 0, 0, 4, 0],
    [8, 0, 0, 0, 4, 0],
  ]);
  expect(names).toEqual([]);
  step.dispose();
});

it('copies nothing for it, unless the old version is wanted, too', async () => {
  const cache = new Variable(zeros([2, 6, 4]), { trainable: false });
  const fresh = new Variable(tensor(new Float32Array(8).fill(3), [2, 1, 4]));
  const at = new Variable(tensor([2], undefined, { dtype: 'i32' }), { trainable: false });
  await Promise.all([fresh.data(), at.data()]);
  await compile(() => void cache.assign(cache.add(0)))(); // what is on the device, nobody else holds
  const planned = async (run: () => Tensor | undefined) => {
    names.length = 0;
    const compiled = compile(run);
    const result = await compiled();
    compiled.dispose();
    return { names: [...names], result: result && (await result.toArray()) };
  };
  const inPlace = await planned(() => {
    cache.assign(updateSlice(cache, fresh, at, 1));
    return undefined;
  });
  expect(inPlace.names).toEqual(['updateSlice']);
  const kept = await planned(() => {
    const old = cache.reshape(12, 4);
    cache.assign(updateSlice(cache, fresh.mul(2), at, 1));
    return old;
  });
  expect(kept.result).toEqual(
    Array.from({ length: 12 }, (_, row) => new Array(4).fill(row % 6 === 2 ? 3 : 0)),
  );
  expect(await cache.reshape(12, 4).toArray()).toEqual(
    Array.from({ length: 12 }, (_, row) => new Array(4).fill(row % 6 === 2 ? 6 : 0)),
  );
});
