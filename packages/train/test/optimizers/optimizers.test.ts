import { readFileSync } from 'node:fs';
import {
  backward,
  compile,
  type NestedValues,
  type Tensor,
  TransformerEncoder,
  TransformerEncoderLayer,
  tensor,
  Variable,
} from '@llm/nn';
import { evaluate } from '@llm/tensor/reference';
import {
  Adafactor,
  Adagrad,
  Adam,
  AdamW,
  clipGradNorm,
  clipGradValue,
  ExponentialMovingAverage,
  Lion,
  layerwiseGroups,
  type OptimizerOptions,
  RMSprop,
  SGD,
  weightDecayGroups,
} from '@llm/train';
import { describe, expect, it } from 'vitest';

/** What tools/reference/train_optimizers.py wrote. */
const optimizers = { SGD, Adam, AdamW, RMSprop, Adagrad, Lion, Adafactor };
const fixture = JSON.parse(
  readFileSync(new URL('../fixtures/optimizers.json', import.meta.url), 'utf8'),
) as {
  runs: {
    optimizer: keyof typeof optimizers;
    options: OptimizerOptions;
    start: NestedValues[];
    gradients: (NestedValues | null)[][];
    after: NestedValues[][];
  }[];
  clips: { maxNorm: number; norm: number; before: NestedValues[]; after: NestedValues[] }[];
  averages: { decay: number; values: number[][]; averages: number[][] }[];
};

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

describe('inside a compiled step', () => {
  it.each(Object.entries(optimizers))('%s, clipping and average do as outside', async (_, Made) => {
    const make = () => {
      const parameter = new Variable(
        tensor([
          [1, -2, 0.5],
          [3, 0.25, -1],
        ]),
      );
      const optimizer = new Made([parameter], { max_grad_norm: 1, weight_decay: 0.1 });
      const average = new ExponentialMovingAverage([parameter], { decay: 0.9 });
      const step = (x: Tensor) => {
        const loss = parameter.sub(x).square().sum();
        backward(loss);
        optimizer.step();
        optimizer.zeroGrad();
        average.update();
        return loss;
      };
      return { parameter, average, step };
    };
    const [eager, compiled] = [make(), make()];
    const replayed = compile(compiled.step);
    for (const target of [1, -1, 2]) {
      eager.step(tensor(target));
      await (await replayed(tensor(target))).item();
    }
    replayed.dispose();
    const result = async ({ parameter, average }: typeof eager) => [
      ...(await parameter.data()),
      ...(await average.stateDict()['0']!.data()),
    ];
    const want = await result(eager);
    for (const [index, got] of (await result(compiled)).entries()) {
      expect(Math.abs(got - want[index]!)).toBeLessThan(1e-6); // a few roundings of values below 4
    }
    expect(want.slice(0, 6)).not.toEqual([1, -2, 0.5, 3, 0.25, -1]);
  });
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

describe('clipGradValue', () => {
  it('limits each element, as the option of an optimizer does', () => {
    const make = () => {
      const parameter = new Variable(tensor([1, 1, 1]));
      parameter.grad = tensor([-3, 0.5, 2]);
      return parameter;
    };
    const [given, clipped] = [make(), make()];
    clipGradValue([given], 1);
    expect(distances([given.grad!], [[-1, 0.5, 1]])).toEqual([0]);
    new SGD([clipped], { lr: 1, max_grad_value: 1 }).step();
    expect(distances([clipped], [[2, 0.5, 0]])).toEqual([0]);
    expect(() => clipGradValue([given], 0)).toThrow('must be above 0: got 0');
    const both = { max_grad_value: 1, max_grad_norm: 1 };
    expect(() => new SGD([given], both)).toThrow('not both');
  });
});

describe('ExponentialMovingAverage', () => {
  it.each(fixture.averages)('equals PyTorch with decay $decay', ({ decay, values, averages }) => {
    const parameter = new Variable(tensor([0, 0, 0]));
    const average = new ExponentialMovingAverage([parameter], { decay });
    const seen = values.map((value) => {
      parameter.assign(tensor(value));
      average.update();
      return average.stateDict()['0']!;
    });
    for (const distance of distances(seen, averages)) expect(distance).toBeLessThan(2 ** -20);
  });

  it('changes places with the parameters and back, and resumes', () => {
    const parameter = new Variable(tensor([1, 2]));
    const average = new ExponentialMovingAverage([parameter], { decay: 0.5 });
    average.update();
    parameter.assign(tensor([3, 4]));
    average.update();
    average.swap();
    expect(distances([parameter], [[2, 3]])).toEqual([0]);
    average.swap();
    expect(distances([parameter], [[3, 4]])).toEqual([0]);
    const resumed = new ExponentialMovingAverage([parameter], { decay: 0.5 });
    resumed.loadStateDict(average.stateDict());
    resumed.update();
    expect(distances([resumed.stateDict()['0']!], [[2.5, 3.5]])).toEqual([0]);
    expect(() => resumed.loadStateDict({ updates: tensor(1) })).toThrow('0: got [nothing]');
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

  it('gives layers rates that fall towards the embeddings, and frozen parameters none', () => {
    const model = new TransformerEncoder(
      [0, 1].map(() => new TransformerEncoderLayer(4, 2, { dim_feedforward: 8 })),
    );
    model.layers[1]!.linear2.freeze();
    const options = { lr: 1, decay: 0.5, weight_decay: 0.1 };
    const rates = new Map(
      layerwiseGroups(model, options).flatMap(({ parameters, lr, weight_decay }) =>
        Array.from(parameters, (p) => [p, [lr, weight_decay]] as const),
      ),
    );
    const rateOf = (name: string) =>
      rates.get([...model.namedParameters()].find(([own]) => own === name)![1]);
    expect(rateOf('layers.1.linear1.weight')).toEqual([0.5, 0.1]);
    expect(rateOf('layers.0.linear1.weight')).toEqual([0.25, 0.1]);
    expect(rateOf('layers.0.linear1.bias')).toEqual([0.25, 0]);
    expect(rateOf('layers.1.linear2.weight')).toBeUndefined();
    expect(rates.size).toBe(model.parameters().length - 2);
    expect(() => layerwiseGroups(model, { lr: 1, decay: 2 })).toThrow('in (0, 1]: got 2');
  });

  it('refuses settings that contradict each other', () => {
    const parameter = one();
    expect(() => new Adafactor([parameter], { lr: 1 })).toThrow('no meaning with relative_step');
    expect(() => new Adafactor([parameter], { relative_step: false })).toThrow('wants lr');
    expect(() => new Lion([parameter], { betas: [1, 0] })).toThrow('betas must be in [0, 1)');
    expect(() => new RMSprop([parameter], { alpha: 1 })).toThrow('alpha must be');
    expect(() => new Adagrad([parameter], { lr_decay: -1 })).toThrow('lr_decay must be');
  });
});
