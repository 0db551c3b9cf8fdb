import {
  compile,
  GRU,
  LSTM,
  type Recurrent,
  type RecurrentOptions,
  RNN,
  type Tensor,
  tensor,
  zeros,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';
import { checkCase } from '../support/check-case.ts';
import { readCases } from '../support/fixture.ts';

// Made by tools/reference/nn_recurrent.py.
const cases = readCases('recurrent');

const kinds = { rnn: RNN, gru: GRU, lstm: LSTM } as const;

const variants: Record<string, RecurrentOptions> = {
  '': {},
  ' deep': { num_layers: 2, bidirectional: true, batch_first: true },
  ' packed': { bidirectional: true, bias: false },
};

const runs = Object.keys(kinds).flatMap((kind) =>
  Object.keys(variants).map((variant) => [kind, variant]),
);

function call(module: Recurrent, { x, h, c, lengths }: Record<string, Tensor>): Tensor[] {
  const options = lengths ? { lengths } : {};
  if (module instanceof LSTM) {
    const [output, last] = module.forward(x!, h && c && [h, c], options);
    return [output, ...last];
  }
  return (module as GRU | RNN).forward(x!, h, options);
}

describe('recurrent layers, held to PyTorch', () => {
  it.each(runs)('%s%s', async (kind, variant) => {
    const module = new kinds[kind as keyof typeof kinds](3, 4, variants[variant!]!);
    await checkCase(cases[kind! + variant!]!, module as Recurrent, call);
  });
});

describe('recurrent layers', () => {
  it('are one plan, however long the sequence', async () => {
    const module = new LSTM(2, 3);
    const run = compile((x: Tensor) => module.forward(x)[0]);
    const x = tensor(Float32Array.from({ length: 40 }, Math.sin), [10, 2, 2]);
    expect(await (await run(x)).data()).toEqual(await module.forward(x)[0].data());
  });

  it('start uniform within 1 / √hidden', async () => {
    for (const parameter of new GRU(5, 16, { num_layers: 2 }).parameters()) {
      const values = await parameter.data();
      expect(Math.max(...Array.from(values, Math.abs))).toBeLessThanOrEqual(0.25);
    }
  });

  it('explain what they cannot take', () => {
    expect(() => new LSTM(2, 3).forward(zeros([4, 1, 3]))).toThrow(
      'LSTM: wants [length, batch, 2]: got [4, 1, 3]',
    );
    expect(() => new GRU(2, 3).forward(zeros([4, 1, 2]), zeros([2, 1, 3]))).toThrow(
      'GRU: a first state wants [1, 1, 3]: got [2, 1, 3]',
    );
    expect(() => new RNN(2, 3, { proj_size: 2 } as RecurrentOptions)).toThrow(
      "RNN: unknown option 'proj_size'",
    );
    expect(() => new RNN(2, 3, { num_layers: 0 })).toThrow('num_layers must be above 0: got 0');
  });
});
