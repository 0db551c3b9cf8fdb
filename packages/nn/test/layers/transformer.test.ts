import { Transformer, TransformerDecoderLayer, TransformerEncoderLayer } from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { checkCase } from '../support/check-case.ts';
import { readCases } from '../support/fixture.ts';

const cases = readCases('transformer');
const dim_feedforward = 12;

describe.each([
  ['post', false],
  ['pre', true],
])('%s-norm layers equal PyTorch, forward and backward', (place, norm_first) => {
  it('encoder layer', () => {
    const layer = new TransformerEncoderLayer(8, 2, {
      dim_feedforward,
      norm_first,
      activation: 'gelu',
      layer_norm_eps: 1e-3,
    });
    return checkCase(cases[`${place} encoder layer`]!, layer, (module, { src, ...masks }) =>
      module.forward(src!, masks),
    );
  });

  it('decoder layer', () => {
    const layer = new TransformerDecoderLayer(8, 2, {
      dim_feedforward,
      norm_first,
      batch_first: true,
    });
    return checkCase(cases[`${place} decoder layer`]!, layer, (module, { tgt, memory, ...masks }) =>
      module.forward(tgt!, memory!, masks),
    );
  });

  it('whole transformer', () => {
    const model = new Transformer({
      d_model: 8,
      nhead: 2,
      num_encoder_layers: 2,
      num_decoder_layers: 2,
      dim_feedforward,
      norm_first,
    });
    return checkCase(cases[`${place} transformer`]!, model, (module, { src, tgt, ...masks }) =>
      module.forward(src!, tgt!, masks),
    );
  });
});

describe('Transformer', () => {
  it('names the path of each module in its nodes', () => {
    const model = new Transformer({ d_model: 8, nhead: 2, dim_feedforward });
    const { src, tgt } = cases['post transformer']!.input;
    const { node } = model.forward(src!, tgt!);
    const scopes = new Set<string>();
    const walk = (current: typeof node) => {
      scopes.add(current.scope);
      for (const input of current.inputs) walk(input);
    };
    walk(model.decoder.layers[5]!.linear1.forward(tgt!).node);
    expect(scopes).toContain('');
    expect(node.scope).toBe('decoder.norm');
  });

  it('refuses unknown options', () => {
    expect(() => new Transformer({ d_mode: 8 } as object)).toThrow("unknown option 'd_mode'");
  });
});
