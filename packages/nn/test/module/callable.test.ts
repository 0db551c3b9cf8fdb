import {
  compile,
  Dropout,
  Embedding,
  Linear,
  Module,
  Sequential,
  type Tensor,
  tensor,
} from '@llm/nn';
import { expect, expectTypeOf, it } from 'vitest';

class Scale extends Module {
  readonly #factor = 3;
  override name = 'a field of its own';
  override length = 7;
  inner = new Linear(2, 2);
  forward(x: Tensor, shift = 0): Tensor {
    return this.inner(x).mul(this.#factor).add(shift);
  }
}

const x = tensor([[1, 2]]);

it('calls forward', async () => {
  const model = new Scale();
  expect(await model(x, 1).toArray()).toEqual(await model.forward(x, 1).toArray());
  expectTypeOf(model(x)).toEqualTypeOf<Tensor>();
  // @ts-expect-error: forward takes a tensor
  expect(() => model('text')).toThrow();
});

it('is a module still: its class, its fields, its parameters, its state', async () => {
  const model = new Scale();
  expect(model).toBeInstanceOf(Scale);
  expect(model).toBeInstanceOf(Module);
  expect(model.constructor).toBe(Scale);
  expect(model.name).toBe('a field of its own');
  expect(model.length).toBe(7);
  expect(String(model)).toBe('[object Scale]');
  expect(Object.keys(model.stateDict())).toEqual(['inner.weight', 'inner.bias']);
  const other = new Scale();
  other.loadStateDict(model.stateDict());
  expect(await other(x).toArray()).toEqual(await model(x).toArray());
  expect(model.eval().training).toBe(false);
  expect(model.inner.training).toBe(false);
});

it('runs hooks, and compiled functions follow', async () => {
  const model = new Scale();
  const remove = model.registerForwardHook((output) => (output as Tensor).mul(0).abs());
  expect(await model(x).toArray()).toEqual([[0, 0]]);
  const step = compile((input: Tensor) => model(input));
  expect(await (await step(x)).toArray()).toEqual([[0, 0]]);
  remove();
  expect(await (await step(x)).toArray()).toEqual(await model.forward(x).toArray());
});

it('holds for the layers', async () => {
  const layers = new Sequential(new Embedding(5, 2), new Dropout(0.5), new Linear(2, 3)).eval();
  const ids = tensor([1, 4], undefined, { dtype: 'i32' });
  expect(await layers(ids).toArray()).toEqual(await layers.forward(ids).toArray());
  expect(layers(ids).shape).toEqual([2, 3]);
});
