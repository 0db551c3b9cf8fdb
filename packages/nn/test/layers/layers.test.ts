import { Embedding, LayerNorm, Linear, type Module, type Tensor } from '@llm/nn';
import { describe, it } from 'vitest';
import { checkCase } from '../support/check-case.ts';
import { readCases } from '../support/fixture.ts';

const cases = readCases('layers');
const modules: Record<string, () => Module & { forward(x: Tensor): Tensor }> = {
  linear: () => new Linear(4, 5),
  'linear without bias': () => new Linear(4, 5, { bias: false }),
  'layer norm': () => new LayerNorm(6),
  'layer norm over two axes': () => new LayerNorm([3, 4], { eps: 0.1 }),
  embedding: () => new Embedding(7, 3),
  'embedding with padding': () => new Embedding(7, 3, { padding_idx: 2 }),
};

describe('layers equal PyTorch, forward and backward', () => {
  it.each(Object.keys(cases))('%s', (name) => {
    return checkCase(cases[name]!, modules[name]!(), (module, { x }) => module.forward(x!));
  });
});
