import { createWasmBackend } from '@llm/kernels-wasm';
import { createWebGpuBackend } from '@llm/kernels-webgpu';
import {
  BackendDevice,
  buffer,
  compile,
  Linear,
  Module,
  quantize,
  registerDevice,
  setDefaultDevice,
  type Tensor,
  tensor,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { describeWebGpu } from '../../../../tools/testing/webgpu.ts';
import { difference } from '../support/difference.ts';
import { autoModelOf, readModelCase } from '../support/model-case.ts';

class Model extends Module {
  readonly count = buffer(tensor(new Int32Array([3])));
  readonly shift = buffer(tensor([0.1]));
  readonly first = new Linear(32, 32);
  readonly last = new Linear(32, 2);
  forward(x: Tensor): Tensor {
    return this.last(this.first(x).add(this.shift).tanh());
  }
}

setDefaultDevice('wasm');
registerDevice('second', async () => new BackendDevice(createWasmBackend()));
/** New for each model: a tensor stays on the device that used it first. */
function inputs(): Tensor {
  const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i));
  return tensor(values, [2, 32]);
}

describe('to', () => {
  it('casts floats and leaves whole numbers', async () => {
    const model = new Model();
    const compiled = compile((input: Tensor) => model(input));
    const before = await (await compiled(inputs())).data();
    expect(await model.to('f16')).toBe(model);
    const dtypes = Array.from(model.namedVariables(), ([name, { dtype }]) => [name, dtype]);
    expect(Object.fromEntries(dtypes)).toEqual({
      count: 'i32',
      shift: 'f16',
      'first.weight': 'f16',
      'first.bias': 'f16',
      'last.weight': 'f16',
      'last.bias': 'f16',
    });
    const halves = await (await compiled(inputs())).data();
    expect(halves).not.toEqual(before);
    expect(await difference(tensor(halves), tensor(before))).toBeLessThan(1e-2);
    await model.to('f32');
    expect(await difference(await compiled(inputs()), tensor(halves, [2, 2]))).toBeLessThan(1e-6);
    expect(model.parameters().every(({ trainable }) => trainable)).toBe(true);
  });

  it('moves to another device, and casts on the way', async () => {
    const model = new Model();
    const before = await model(inputs()).data();
    await model.to('second', 'bf16');
    const after = model(inputs());
    await after.data();
    expect(after.device).toBe(model.last.weight.device);
    expect(after.device).not.toBe((await wasmTensor()).device);
    expect(await difference(tensor(await after.data()), tensor(before))).toBeLessThan(0.1);
    expect(model.first.weight.dtype).toBe('bf16');
  });

  const families = ['bert', 'llama-llama3', 'marian'];
  it.each(full ? [...families, 'gpt2', 't5', 'm2m100', 'bart'] : families)(
    'moves %s, which then computes the same there',
    async (name) => {
      const fixture = readModelCase(name);
      const model = await autoModelOf(fixture).from_pretrained(fixture.folder);
      const arrays = Object.fromEntries(
        await Promise.all(
          Object.entries(fixture.input).map(async ([key, value]) => {
            const { shape } = value as Tensor;
            return [
              key,
              { shape, values: Int32Array.from(await (value as Tensor).data()) },
            ] as const;
          }),
        ),
      );
      const result = async () => {
        const given = Object.entries(arrays).map(([key, { values, shape }]) => [
          key,
          tensor(values, shape),
        ]);
        const output = model.forward(Object.fromEntries(given)) as Record<string, Tensor>;
        return tensor(await (output.logits ?? output.last_hidden_state!).data());
      };
      const before = await result();
      await model.to('second');
      expect(await difference(await result(), before)).toBeLessThan(1e-6);
    },
  );

  it('moves the codes of a quantized model, and refuses to cast them', async () => {
    const model = new Model();
    await quantize(model, 'q8');
    const before = await model(inputs()).data();
    await expect(model.to('f16')).rejects.toThrow(/quantized and has no dtype to change/);
    await model.to('second');
    expect(await model(inputs()).data()).toEqual(before);
  });

  it.each([
    [[], /a device, a dtype, or both: got nothing/],
    [['f16', 'f32'], /a device, a dtype, or both/],
    [['i32'], /wants f32, f16 or bf16/],
    [['nowhere'], /unknown device 'nowhere': there are/],
  ])('refuses %j', async (targets, message) => {
    await expect(new Model().to(...targets)).rejects.toThrow(message);
  });
});

async function wasmTensor(): Promise<Tensor> {
  const made = tensor([1]).add(1);
  await made.data();
  return made;
}

describeWebGpu('to, with a GPU', () => {
  it('moves a model there and back', async () => {
    registerDevice('webgpu', async () => new BackendDevice(await createWebGpuBackend()));
    const model = new Model();
    const before = await model(inputs()).data();
    await model.to('webgpu');
    const there = model(inputs());
    expect(await difference(tensor(await there.data()), tensor(before))).toBeLessThan(1e-5);
    await model.to('wasm');
    expect(await model(inputs()).data()).toEqual(before);
  });
});
