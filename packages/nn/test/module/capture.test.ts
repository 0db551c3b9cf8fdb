import {
  AutoModelForSequenceClassification,
  capture,
  compile,
  gradientsOf,
  Linear,
  Module,
  MultiHeadAttention,
  ones,
  type Tensor,
  tensor,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { expectClose, valuesOf } from '../support/values.ts';

class Model extends Module {
  readonly layers = [new Linear(2, 2, { bias: false }), new Linear(2, 1, { bias: false })];
  forward(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => layer.forward(value), x);
  }
}

function model(): Model {
  const made = new Model();
  made.loadStateDict({
    'layers.0.weight': tensor([
      [1, 2],
      [3, 4],
    ]),
    'layers.1.weight': tensor([[10, 100]]),
  });
  return made;
}

describe('capture', () => {
  it('keeps hidden states, and gives their gradients', () => {
    const made = model();
    const { result, values } = capture(made, ['layers.0', ''], () => made.forward(ones([1, 2])));
    expect([...valuesOf(values['layers.0']!)]).toEqual([3, 7]);
    expect(values['']).toBe(result);
    const [gradient] = gradientsOf(result.sum(), [values['layers.0']!]);
    expect([...valuesOf(gradient!)]).toEqual([10, 100]);
  });

  it('numbers the calls of one module', () => {
    const made = model();
    const [first] = made.layers as [Linear];
    const { values } = capture(made, ['layers.0'], () =>
      first.forward(first.forward(ones([1, 2]))),
    );
    expect(Object.keys(values)).toEqual(['layers.0', 'layers.0#2']);
  });

  it('leaves nothing behind, even if the body throws', () => {
    const made = model();
    expect(() =>
      capture(made, ['layers.0'], () => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    const { values } = capture(made, ['layers.1'], () => made.forward(ones([1, 2])));
    expect(Object.keys(values)).toEqual(['layers.1']);
  });

  it('refuses paths that are not there or not reached', () => {
    const made = model();
    const run = () => made.forward(ones([1, 2]));
    expect(() => capture(made, ['layer.0'], run)).toThrow(
      "no module 'layer.0'; it has layers.0, layers.1",
    );
    expect(() => capture(made, ['layers.0:weights'], run)).toThrow(
      'nothing was computed at layers.0:weights',
    );
  });

  it('works inside a compiled function', async () => {
    const made = model();
    const run = compile((x: Tensor) => {
      const { result, values } = capture(made, ['layers.0'], () => made.forward(x));
      return [result, values['layers.0']!] as const;
    });
    for (const factor of [1, 2]) {
      const [result, hidden] = await run(ones([1, 2]).mul(factor));
      expect([...(await result.data())]).toEqual([730 * factor]);
      expect([...(await hidden.data())]).toEqual([3 * factor, 7 * factor]);
    }
  });
});

describe('attention weights', () => {
  it('of a layer are those that the output is made of', () => {
    const layer = new MultiHeadAttention(4, 2, { batch_first: true });
    const x = tensor([[[1, 2, 3, 4], [4, 3, 2, 1], [0, 1, 0, -1]]]); // biome-ignore format: one row each
    const call = () => layer.forward(x, x, x, { need_weights: false })[0];
    const plain = call();
    const { result, values } = capture(layer, [':weights'], call);
    expect(values[':weights']!.shape).toEqual([1, 2, 3, 3]);
    expectClose(result, plain, 'output');
    const [, wanted] = layer.forward(x, x, x, { average_attn_weights: false });
    expectClose(values[':weights']!, wanted, 'weights');
  });

  it('of a stock model carry gradients', async () => {
    const bert = await AutoModelForSequenceClassification.from_config({
      model_type: 'bert',
      vocab_size: 20,
      hidden_size: 8,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      intermediate_size: 8,
    });
    bert.eval();
    const point = 'bert.encoder.layer.1.attention.self:weights';
    const call = () => bert.forward({ input_ids: [[3, 4, 5]], labels: [1] });
    const { result, values } = capture(bert, [point], call);
    expectClose(result.logits, call().logits, 'logits');
    const rows = values[point]!.sum(-1);
    expect(rows.shape).toEqual([1, 2, 3]);
    expectClose(rows, ones([1, 2, 3]), 'rows of weights');
    const [gradient] = gradientsOf(result.loss!, [values[point]!]);
    expect(Math.max(...valuesOf(gradient!).map(Math.abs))).toBeGreaterThan(0);
  });
});

describe('registerForwardHook', () => {
  it('sees inputs and outputs, replaces outputs, and goes; compiled functions follow', async () => {
    const made = model();
    const run = compile((x: Tensor) => made.forward(x));
    const value = async () => (await run(ones([1, 2]))).item();
    expect(await value()).toBe(730);
    const remove = made.layers[0]!.registerForwardHook((output, [input], module) => {
      expect(module).toBe(made.layers[0]);
      return (output as Tensor).add(input as Tensor);
    });
    expect(await value()).toBe(840);
    remove();
    expect(await value()).toBe(730);
  });
});
