import {
  backward,
  compile,
  Dropout,
  Linear,
  Module,
  manualSeed,
  ones,
  type Tensor,
  tensor,
  Variable,
  zeros,
} from '@llm/nn';
import { describe, expect, it } from 'vitest';

class Model extends Module {
  readonly first = new Linear(4, 4);
  readonly dropout = new Dropout(0.5);
  readonly second = new Linear(4, 4);
  forward(x: Tensor): Tensor {
    return this.second.forward(this.dropout.forward(this.first.forward(x)));
  }
}

describe('a compiled module', () => {
  it('follows train() and eval() after compiling', async () => {
    const model = new Model();
    const run = compile((x: Tensor) => model.forward(x));
    const x = ones([8, 4]);
    const values = async () => (await run(x)).data();
    expect(await values()).not.toEqual(await values()); // other elements are dropped
    model.eval();
    const plain = await values();
    expect(await values()).toEqual(plain);
    expect(plain).toEqual(await model.forward(x).data());
    model.train();
    expect(await values()).not.toEqual(plain);
    expect(run.traces).toBe(2);
  });

  it('drops the same elements as eager code from the same position', async () => {
    const model = new Model();
    const run = compile((x: Tensor) => model.forward(x));
    const x = ones([8, 4]);
    const generator = manualSeed(11);
    const eager = await model.forward(x).data();
    generator.position = 0;
    expect(await (await run(x)).data()).toEqual(eager);
    expect(generator.position).toBe(1);
  });

  it('follows freeze() after compiling', async () => {
    const model = new Model().eval();
    const step = compile((x: Tensor) => {
      model.zeroGrad();
      backward(model.forward(x).square().mean());
      for (const parameter of model.parameters()) {
        if (parameter.grad) parameter.assign(parameter.sub(parameter.grad));
      }
      return {};
    });
    const snapshot = async () => [
      await model.first.weight.data(),
      await model.second.weight.data(),
    ];
    const x = ones([2, 4]);
    const before = await snapshot();
    await step(x);
    const trained = await snapshot();
    expect(trained[0]).not.toEqual(before[0]);
    expect(trained[1]).not.toEqual(before[1]);
    model.first.freeze();
    await step(x);
    const frozen = await snapshot();
    expect(frozen[0]).toEqual(trained[0]);
    expect(frozen[1]).not.toEqual(trained[1]);
  });

  it('does not write one variable through another with the same initial value', async () => {
    const initial = zeros([3]);
    const [left, right] = [new Variable(initial), new Variable(initial)];
    const step = compile(() => {
      left.assign(left.add(1));
      right.assign(right.sub(1));
      return {};
    });
    for (let i = 0; i < 2; i++) await step();
    expect([...(await left.data())]).toEqual([2, 2, 2]);
    expect([...(await right.data())]).toEqual([-2, -2, -2]);
    expect([...(await initial.data())]).toEqual([0, 0, 0]);
  });

  it('does not write a tensor that a variable was made from', async () => {
    const initial = await tensor([1, 2]).add(0).realize();
    const variable = new Variable(initial);
    const step = compile(() => {
      variable.assign(variable.mul(3));
      return {};
    });
    await step();
    expect([...(await variable.data())]).toEqual([3, 6]);
    expect([...(await initial.data())]).toEqual([1, 2]);
  });
});
