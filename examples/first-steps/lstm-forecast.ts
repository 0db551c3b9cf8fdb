// An LSTM forecasts a series: a noisy sine, whose next value it learns from the last 24.
//
//     npm run example examples/first-steps/lstm-forecast.ts
import { backward, compile, Linear, LSTM, Module, noGrad, type Tensor, tensor } from '@llm/nn';
import { Adam } from '@llm/train';

const epochs = Number(process.env.EPOCHS ?? 80);
const series = Array.from(
  { length: 400 },
  (_, t) => Math.sin(t / 6) + 0.05 * Math.sin(t * 12.9898),
);
const window = 24;
const trained = 320; // the rest is kept for the test

class Forecast extends Module {
  lstm = new LSTM(1, 32, { batch_first: true });
  output = new Linear(32, 1);
  forward(x: Tensor): Tensor {
    const [, [hidden]] = this.lstm.forward(x); // x [batch, window, 1]
    return this.output.forward(hidden.squeeze(0)).squeeze(-1);
  }
}

const windowsFrom = (first: number, count: number) =>
  tensor(
    Array.from({ length: count }, (_, i) =>
      series.slice(first + i, first + i + window).map((value) => [value]),
    ),
  );
const nextFrom = (first: number, count: number) =>
  tensor(series.slice(first + window, first + window + count));

const model = new Forecast();
const optimizer = new Adam(model.parameters(), { lr: 0.01 });
const step = compile((inputs: Tensor, targets: Tensor) => {
  const loss = model.forward(inputs).sub(targets).square().mean();
  optimizer.zeroGrad();
  backward(loss);
  optimizer.step();
  return loss;
});

const [inputs, targets] = [windowsFrom(0, trained - window), nextFrom(0, trained - window)];
for (let epoch = 1; epoch <= epochs; epoch++) {
  const loss = await step(inputs, targets);
  if (epoch % 20 === 0 || epoch === 1)
    console.log(`epoch ${epoch}: mean squared error ${(await loss.item()).toFixed(5)}`);
}

const count = series.length - trained - window;
const predicted = noGrad(() => model.forward(windowsFrom(trained, count)));
const error = await predicted.sub(nextFrom(trained, count)).square().mean().item();
console.log(`unseen part: mean squared error ${error.toFixed(5)}`);
