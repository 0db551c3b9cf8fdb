import {
  buffer,
  Dropout,
  LayerNorm,
  Linear,
  Module,
  manualSeed,
  ones,
  Sequential,
  StateDictError,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { valuesOf } from '../support/values.ts';

class Block extends Module {
  readonly norm = new LayerNorm(4);
  readonly linear = new Linear(4, 4, { bias: false });
  forward(x: Tensor): Tensor {
    return x.add(this.linear.forward(this.norm.forward(x)));
  }
}

class Model extends Module {
  readonly scale = new Variable(ones([4]), { name: 'scale' });
  readonly count = buffer(zeros([]));
  readonly constant = tensor([1, 2, 3, 4]);
  readonly layers = [new Block(), new Block()];
  readonly heads = { first: new Linear(4, 2), second: new Linear(4, 3) };
  readonly #hidden = new Linear(4, 4);
  forward(x: Tensor): Tensor {
    const y = this.layers.reduce((value, layer) => layer.forward(value), x.mul(this.scale));
    return this.heads.first.forward(this.#hidden.forward(y));
  }
}

const names = [
  'scale',
  'layers.0.norm.weight',
  'layers.0.norm.bias',
  'layers.0.linear.weight',
  'layers.1.norm.weight',
  'layers.1.norm.bias',
  'layers.1.linear.weight',
  'heads.first.weight',
  'heads.first.bias',
  'heads.second.weight',
  'heads.second.bias',
];

describe('Module', () => {
  it('finds parameters, buffers and modules by the paths of its fields', () => {
    const model = new Model();
    expect([...model.namedParameters()].map(([name]) => name)).toEqual(names);
    expect([...model.namedBuffers()].map(([name]) => name)).toEqual(['count']);
    expect([...model.namedModules()].map(([name]) => name)).toEqual([
      '',
      'layers.0',
      'layers.0.norm',
      'layers.0.linear',
      'layers.1',
      'layers.1.norm',
      'layers.1.linear',
      'heads.first',
      'heads.second',
    ]);
    expect(model.children()).toHaveLength(4);
  });

  it('names a shared parameter once', () => {
    class Tied extends Module {
      readonly embedding = new Linear(3, 5, { bias: false });
      readonly output = this.embedding;
      forward(x: Tensor): Tensor {
        return this.output.forward(x);
      }
    }
    const tied = new Tied();
    expect([...tied.namedParameters()].map(([name]) => name)).toEqual(['embedding.weight']);
    const weight = ones([5, 3]);
    // Either name will do; both are fine.
    expect(tied.loadStateDict({ 'output.weight': weight }).missing).toEqual([]);
    expect([...valuesOf(tied.embedding.weight)]).toEqual(new Array(15).fill(1));
    tied.loadStateDict({ 'embedding.weight': weight, 'output.weight': weight });
  });

  it('switches training and evaluation everywhere', () => {
    const model = new Sequential(new Linear(2, 2), new Sequential(new Dropout(0.5)));
    expect(model.eval().children()[1]!.children()[0]!.training).toBe(false);
    expect(model.train().children()[1]!.children()[0]!.training).toBe(true);
  });

  it('freezes parameters', () => {
    const model = new Model().freeze();
    expect(model.parameters().every(({ trainable }) => !trainable)).toBe(true);
    expect(model.forward(ones([1, 4])).node.differentiable).toBe(true); // #hidden is no field
    const block = new Block().freeze();
    expect(block.forward(ones([1, 4])).node.differentiable).toBe(false);
    expect(block.requiresGrad().forward(ones([1, 4])).node.differentiable).toBe(true);
  });

  it('visits children before parents', () => {
    const order: string[] = [];
    new Sequential(new Block(), new Linear(1, 1)).apply((module) => {
      order.push(module.constructor.name);
    });
    expect(order).toEqual(['LayerNorm', 'Linear', 'Block', 'Linear', 'Sequential']);
  });

  it('gives nodes the path of their module', () => {
    const model = new Model();
    const { node } = model.forward(ones([2, 4]));
    expect(node.scope).toBe('heads.first');
    expect(model.layers[1]!.forward(ones([2, 4])).node.scope).toBe('');
  });

  it('restores its path after an error', () => {
    const model = new Model();
    expect(() => model.forward(ones([2, 5]))).toThrow();
    expect(ones([1]).add(1).node.scope).toBe('');
    expect(model.forward(ones([2, 4])).node.scope).toBe('heads.first');
  });

  it('starts the same from one seed', () => {
    manualSeed(7);
    const first = new Model();
    manualSeed(7);
    const second = new Model();
    for (const [name, value] of Object.entries(first.stateDict())) {
      expect(valuesOf(second.stateDict()[name]!)).toEqual(valuesOf(value));
    }
    expect(valuesOf(new Model().layers[0]!.linear.weight)).not.toEqual(
      valuesOf(first.layers[0]!.linear.weight),
    );
  });

  it('summarizes itself', () => {
    expect(new Block().summary()).toBe(
      [
        'module    class      own parameters        parameters',
        '────────  ─────────  ────────────────────  ──────────',
        '(model)   Block                                    24',
        '  norm    LayerNorm  weight [4], bias [4]           8',
        '  linear  Linear     weight [4, 4]                 16',
        '24 parameters, 24 of them trainable',
      ].join('\n'),
    );
  });
});

describe('state', () => {
  it('round-trips parameters and buffers', () => {
    const [first, second] = [new Model(), new Model()];
    first.count.assign(tensor(3));
    second.loadStateDict(first.stateDict());
    expect(Object.keys(first.stateDict())).toContain('count');
    for (const [name, value] of Object.entries(first.stateDict())) {
      expect(valuesOf(second.stateDict()[name]!), name).toEqual(valuesOf(value));
    }
  });

  it('keeps a snapshot, whatever is assigned later', () => {
    const layer = new Linear(1, 1, { bias: false });
    layer.weight.assign(tensor([[2]]));
    const state = layer.stateDict();
    layer.weight.assign(tensor([[3]]));
    expect([...valuesOf(state.weight!)]).toEqual([2]);
  });

  it('reports everything that does not fit at once, and changes nothing', () => {
    const model = new Block();
    const before = valuesOf(model.norm.weight!);
    const load = () =>
      model.loadStateDict({
        'norm.weight': zeros([4]),
        'norm.bias': zeros([5]),
        'norm.gain': zeros([1]),
      });
    expect(load).toThrow(StateDictError);
    expect(load).toThrow(
      [
        'loadStateDict: the state does not fit Block',
        '  missing (1):',
        '    linear.weight',
        '  unexpected (1):',
        '    norm.gain',
        '  of another shape (1):',
        '    norm.bias: got [5], wants [4]',
      ].join('\n'),
    );
    expect(valuesOf(model.norm.weight!)).toEqual(before);
  });

  it('loads what fits when not strict, but no other shape', () => {
    const model = new Block();
    const rest = model.loadStateDict(
      { 'norm.weight': zeros([4]), other: zeros([1]) },
      { strict: false },
    );
    expect(rest.missing).toEqual(['norm.bias', 'linear.weight']);
    expect(rest.unexpected).toEqual(['other']);
    expect([...valuesOf(model.norm.weight!)]).toEqual([0, 0, 0, 0]);
    expect(() => model.loadStateDict({ 'norm.weight': zeros([3]) }, { strict: false })).toThrow(
      'norm.weight: got [3], wants [4]',
    );
  });
});
