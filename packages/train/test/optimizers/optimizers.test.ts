import { readFileSync } from 'node:fs';
import { type NestedValues, type Tensor, TransformerEncoderLayer, tensor, Variable } from '@llm/nn';
import { evaluate } from '@llm/tensor/reference';
import {
  Adam,
  AdamW,
  clipGradNorm,
  type OptimizerOptions,
  SGD,
  weightDecayGroups,
} from '@llm/train';
import { describe, expect, it } from 'vitest';

/** What tools/reference/train_optimizers.py wrote. */
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/optimizers.json', import.meta.url), 'utf8'),
) as {
  runs: {
    optimizer: 'SGD' | 'Adam' | 'AdamW';
    options: OptimizerOptions;
    start: NestedValues[];
    gradients: (NestedValues | null)[][];
    after: NestedValues[][];
  }[];
  clips: { maxNorm: number; norm: number; before: NestedValues[]; after: NestedValues[] }[];
};
const optimizers = { SGD, Adam, AdamW };

/** The largest distance between tensors and wanted values, per tensor. */
function distances(got: readonly Tensor[], want: readonly NestedValues[]): number[] {
  const values = evaluate(got.map(({ node }) => node));
  return want.map((nested, i) => {
    const flat = [nested].flat(4) as number[];
    return Math.max(...flat.map((value, at) => Math.abs(values[i]![at]! - value)));
  });
}

describe('optimizers follow PyTorch for 20 steps', () => {
  it.each(fixture.runs.map((run) => [run.optimizer, JSON.stringify(run.options), run] as const))(
    '%s %s',
    (name, _, { options, start, gradients, after }) => {
      const parameters = start.map((values) => new Variable(tensor(values)));
      const optimizer = new optimizers[name](parameters, options);
      const versions = gradients.flatMap((row) => {
        parameters.forEach((parameter, i) => {
          const gradient = row[i];
          parameter.grad = gradient ? tensor(gradient) : undefined;
        });
        optimizer.step();
        return parameters.map((parameter) => parameter.detach());
      });
      // Parameters are below 8, and each step rounds them to f32 (24 bits) a few times.
      distances(versions, after.flat()).forEach((distance, i) => {
        const step = Math.floor(i / parameters.length) + 1;
        expect(distance, `after step ${step}`).toBeLessThanOrEqual(step * 2 ** -22);
      });
    },
  );
});

describe('clipGradNorm', () => {
  it.each(fixture.clips)('to $maxNorm equals PyTorch', ({ maxNorm, norm, before, after }) => {
    const parameters = before.map((values) => {
      const parameter = new Variable(tensor(values).mul(0));
      parameter.grad = tensor(values);
      return parameter;
    });
    const got = clipGradNorm(parameters, maxNorm);
    const clipped = parameters.map(({ grad }) => grad!);
    for (const distance of distances([got, ...clipped], [norm, ...after])) {
      expect(distance).toBeLessThanOrEqual(4 * 2 ** -22);
    }
  });

  it('needs a gradient and a positive norm', () => {
    const parameter = new Variable(tensor([1]));
    expect(() => clipGradNorm([parameter], 1)).toThrow('call backward(loss) first');
    parameter.grad = tensor([1]);
    expect(() => clipGradNorm([parameter], 0)).toThrow('the largest norm must be above 0: got 0');
  });
});

describe('Optimizer', () => {
  const one = () => new Variable(tensor([1, 2]));

  it('clips all gradients together before the update', () => {
    const [left, right] = [one(), one()];
    left.grad = tensor([3, 0]);
    right.grad = tensor([0, 4]);
    const { gradNorm } = new SGD([left, right], { lr: 1, max_grad_norm: 1 }).step();
    const [a, b, norm] = distances([left, right, gradNorm], [[1 - 0.6, 2], [1, 2 - 0.8], 5]);
    expect(Math.max(a!, b!)).toBeLessThan(1e-6);
    expect(norm).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'skips the update of everything when a gradient holds %s',
    (bad) => {
      const [left, right] = [one(), one()];
      const optimizer = new AdamW([left, right], { lr: 1 });
      left.grad = tensor([1, 1]);
      right.grad = tensor([bad, 1]);
      const { finite } = optimizer.step();
      const state = Object.values(optimizer.stateDict());
      expect(distances([left, right, finite], [[1, 2], [1, 2], 0])).toEqual([0, 0, 0]);
      expect(
        evaluate(state.map(({ node }) => node)).every((values) => values.every((x) => x === 0)),
      ).toBe(true);
    },
  );

  it('resumes from its state exactly', () => {
    const run = (parameter: Variable, optimizer: AdamW, steps: number) => {
      for (let i = 0; i < steps; i++) {
        parameter.grad = parameter.detach().mul(i + 1);
        optimizer.step();
      }
    };
    const [whole, first] = [one(), one()];
    const options = { lr: 0.1, weight_decay: 0.1 };
    const optimizer = new AdamW([whole], options);
    run(whole, optimizer, 2);
    run(whole, optimizer, 2);
    const before = new AdamW([first], options);
    run(first, before, 2);
    const second = new Variable(first.detach());
    const after = new AdamW([second], options);
    after.loadStateDict(before.stateDict());
    run(second, after, 2);
    const [a, b] = evaluate([whole.node, second.node]);
    expect(b).toEqual(a);
  });

  it('names what does not fit in a state', () => {
    const optimizer = new Adam([one()]);
    expect(() => optimizer.loadStateDict({ step: tensor(1), '0.exp_avg': tensor([1]) })).toThrow(
      'missing 0.exp_avg_sq\n  0.exp_avg: got [1], wants [2]',
    );
  });

  it('gives groups their own rates and decay', () => {
    const [left, right] = [one(), one()];
    const groups = [
      { parameters: [left], lr: 1 },
      { parameters: [right], weight_decay: 0.5 },
    ];
    const optimizer = new SGD(groups, { lr: 0.5 });
    left.grad = tensor([1, 1]);
    right.grad = tensor([1, 1]);
    optimizer.step();
    expect(
      distances(
        [left, right],
        [
          [0, 1],
          [0.25, 1],
        ],
      ),
    ).toEqual([0, 0]);
    optimizer.groups[0]!.lr = 2;
    optimizer.step();
    expect(distances([left], [[-2, -1]])).toEqual([0]);
  });

  it('refuses unknown options, negative rates, shared and no parameters', () => {
    const parameter = one();
    expect(() => new AdamW([parameter], { amsgrad: true } as object)).toThrow(
      "unknown option 'amsgrad'",
    );
    expect(() => new SGD([parameter], { lr: -1 })).toThrow('lr must be at least 0: got -1');
    expect(() => new SGD([parameter], { nesterov: true })).toThrow('nesterov wants momentum');
    expect(() => new SGD([parameter, parameter])).toThrow('is given twice');
    expect(() => new SGD([])).toThrow('pass model.parameters()');
    expect(() => new SGD([{ parameters: [parameter], momentum: 1 } as never])).toThrow(
      "unknown option 'momentum' of a group",
    );
  });

  it('keeps weight decay from biases and norms', () => {
    const layer = new TransformerEncoderLayer(4, 2, { dim_feedforward: 8 });
    const [decayed, kept] = weightDecayGroups(layer, 0.1).map(
      ({ parameters }) => new Set(parameters),
    );
    const namesIn = (group: Set<Variable>) =>
      [...layer.namedParameters()].filter(([, p]) => group.has(p)).map(([name]) => name);
    expect(namesIn(decayed!)).toEqual([
      'self_attn.in_proj_weight',
      'self_attn.out_proj.weight',
      'linear1.weight',
      'linear2.weight',
    ]);
    expect(decayed!.size + kept!.size).toBe(layer.parameters().length);
  });
});
