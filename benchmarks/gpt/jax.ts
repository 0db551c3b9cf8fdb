/**
 * The GPT in jax-js: forward, gradient, clip and AdamW in one `jit`. Token ids go in as one-hot rows, since
 * the vocabulary is small and jax-js is quickest that way. Every function consumes its arguments, so a
 * weight that is needed again is passed as `.ref`. Attention is written as its `nn.dotProductAttention`
 * is, which itself needs Node 22 (iterator helpers).
 *
 * @module
 */
import {
  JAX,
  type Jax,
  type JaxArray,
  type JaxDevice,
  type JaxTree,
  loadJax,
} from '../peers/jax.ts';
import { type GptConfig, LAYER_NORM_EPSILON, optimizer } from './config.ts';
import type { GptTrainer } from './step.ts';
import type { Weight } from './weights.ts';

/** A GPT in jax-js with the weights given, on one of its devices. */
export async function openJaxGpt(
  config: GptConfig,
  weights: ReadonlyMap<string, Weight>,
  device: JaxDevice = 'wasm',
): Promise<GptTrainer> {
  const { jax, version, threads } = await loadJax(device);
  const { numpy: np } = jax;
  const lossOf = model(jax, config);
  const train = jax.jit(trainStep(jax, lossOf));

  const entries = [...weights];
  let parameters: JaxTree = Object.fromEntries(
    entries.map(([name, { values, shape }]) => [name, np.array(values, { shape: [...shape] })]),
  );
  const zeros = (): JaxTree =>
    Object.fromEntries(entries.map(([name, { shape }]) => [name, np.zeros([...shape])]));
  let [means, squares] = [zeros(), zeros()];
  let steps = 0;
  const shape = [config.batch, config.context];
  const scalar = (value: number) => np.array(Float32Array.of(value), { shape: [] });

  return {
    name: JAX,
    version,
    threads,
    async step({ inputs, targets }, learningRate) {
      const start = performance.now();
      steps += 1;
      const [loss, newParameters, newMeans, newSquares] = train(
        parameters,
        means,
        squares,
        np.array(inputs, { shape }),
        np.array(targets, { shape }),
        scalar(learningRate),
        scalar(1 - optimizer.beta1 ** steps),
        scalar(1 - optimizer.beta2 ** steps),
      );
      [parameters, means, squares] = [newParameters, newMeans, newSquares];
      await jax.blockUntilReady(parameters);
      const [value] = await loss.data();
      return { loss: value!, milliseconds: performance.now() - start };
    },
    async close() {
      for (const tree of [parameters, means, squares]) {
        for (const array of Object.values(tree)) array.dispose();
      }
      train.dispose();
    },
  };
}

type Loss = (parameters: JaxTree, inputs: JaxArray, targets: JaxArray) => JaxArray;

/** Mean cross-entropy of a batch, tokens `[batch, context]`. */
function model({ numpy: np, nn }: Jax, config: GptConfig): Loss {
  const { batch, context, width, heads, layers, vocabulary } = config;
  const scale = 1 / Math.sqrt(width / heads);
  const headShape = [batch, context, heads, width / heads];
  const norm = (x: JaxArray, weight: JaxArray) =>
    nn.standardize(x, -1, { epsilon: LAYER_NORM_EPSILON }).mul(weight);
  const linear = (x: JaxArray, weight: JaxArray) => np.matmul(x, np.transpose(weight));

  return (parameters, inputs, targets) => {
    const weight = (name: string) => parameters[`transformer.${name}.weight`]!.ref;
    let x = np.matmul(nn.oneHot(inputs, vocabulary), weight('wte')).add(weight('wpe'));
    for (let layer = 0; layer < layers; layer += 1) {
      const normed = norm(x.ref, weight(`h.${layer}.ln_1`));
      const [query, key, value] = np
        .split(linear(normed, weight(`h.${layer}.attn.c_attn`)), 3, -1)
        .map((part) => part.reshape(headShape).transpose([0, 2, 1, 3])); // [batch, heads, context, headWidth]
      const scores = np.matmul(query!, key!.transpose([0, 1, 3, 2])).mul(scale);
      const causal = np.where(np.tri(context, context, 0, { dtype: 'bool' }), scores, -Infinity);
      const mixed = np
        .matmul(nn.softmax(causal, -1), value!)
        .transpose([0, 2, 1, 3])
        .reshape([batch, context, width]);
      x = x.add(linear(mixed, weight(`h.${layer}.attn.c_proj`)));
      const hidden = linear(norm(x.ref, weight(`h.${layer}.ln_2`)), weight(`h.${layer}.mlp.c_fc`));
      const active = nn.gelu(hidden, { approximate: false });
      x = x.add(linear(active, weight(`h.${layer}.mlp.c_proj`)));
    }
    const logits = linear(norm(x, weight('ln_f')), weight('wte')); // [batch, context, vocabulary]
    const chosen = nn.logSoftmax(logits, -1).mul(nn.oneHot(targets, vocabulary));
    for (const array of Object.values(parameters)) array.dispose();
    return np.sum(chosen).div(-batch * context);
  };
}

/** One step of training as a pure function of weights and optimizer state. */
function trainStep({ numpy: np, valueAndGrad }: Jax, lossOf: Loss) {
  const { beta1, beta2, epsilon, weightDecay, clip } = optimizer;
  return (
    parameters: JaxTree,
    means: JaxTree,
    squares: JaxTree,
    inputs: JaxArray,
    targets: JaxArray,
    rate: JaxArray,
    correction1: JaxArray,
    correction2: JaxArray,
  ): [JaxArray, JaxTree, JaxTree, JaxTree] => {
    const names = Object.keys(parameters);
    const kept = Object.fromEntries(names.map((name) => [name, parameters[name]!.ref]));
    const [loss, gradients] = valueAndGrad(lossOf)(kept, inputs, targets);

    const squaredNorm = names
      .map((name) => np.sum(gradients[name]!.ref.mul(gradients[name]!.ref)))
      .reduce((total, one) => total.add(one));
    const scale = np.minimum(1, reciprocal(np, np.sqrt(squaredNorm).add(1e-6)).mul(clip));

    const next: [JaxTree, JaxTree, JaxTree] = [{}, {}, {}];
    for (const name of names) {
      const gradient = gradients[name]!.mul(scale.ref);
      const mean = means[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
      const square = squares[name]!.mul(beta2).add(gradient.ref.mul(gradient).mul(1 - beta2));
      const denominator = np.sqrt(square.ref.div(correction2.ref)).add(epsilon);
      const change = mean.ref.div(correction1.ref).div(denominator);
      const parameter = parameters[name]!;
      const decay = parameter.shape.length >= 2 ? weightDecay : 0;
      const decayed = parameter.ref.sub(parameter.mul(rate.ref.mul(decay)));
      next[0][name] = decayed.sub(change.mul(rate.ref));
      next[1][name] = mean;
      next[2][name] = square;
    }
    for (const used of [scale, rate, correction1, correction2]) used.dispose();
    return [loss, ...next];
  };
}

function reciprocal(np: Jax['numpy'], x: JaxArray): JaxArray {
  return np.array(Float32Array.of(1), { shape: [] }).div(x);
}
