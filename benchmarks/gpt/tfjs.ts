/**
 * The GPT in TensorFlow.js: forward, gradient, clip and Adam. It has no AdamW, so the decay is a
 * multiplication of the matrices before the update, which is the same. The gradient of its gather needs the
 * kernel `UnsortedSegmentSum`, which the WebAssembly backend lacks, so token ids go in as one-hot rows.
 *
 * @module
 */
import { Unavailable } from '../harness/case.ts';
import { loadTfjs, TFJS, type Tf, type TfTensor, type TfVariable } from '../peers/tfjs.ts';
import { type GptConfig, LAYER_NORM_EPSILON, optimizer } from './config.ts';
import type { GptTrainer } from './step.ts';
import type { Weight } from './weights.ts';

/** A GPT in TensorFlow.js with the weights given. */
export async function openTfjsGpt(
  config: GptConfig,
  weights: ReadonlyMap<string, Weight>,
): Promise<GptTrainer> {
  const { tf, version, threads } = await loadTfjs();
  const variables = new Map<string, TfVariable>();
  for (const [name, { values, shape }] of weights) {
    // a copy, since the backend keeps the array it is given
    variables.set(name, tf.variable(tf.tensor(values.slice(), [...shape]), true));
  }
  const all = [...variables.values()];
  const lossOf = model(tf, config, (name) => variables.get(`transformer.${name}.weight`)!);
  const { beta1, beta2, epsilon, weightDecay, clip } = optimizer;
  const shape = [config.batch * config.context];
  // a new Adam for each rate: the class takes it at construction only
  let adam: ReturnType<Tf['train']['adam']> | undefined;
  let adamRate = Number.NaN;

  return {
    name: TFJS,
    version,
    threads,
    async step({ inputs, targets }, learningRate) {
      if (adam !== undefined && adamRate !== learningRate) {
        throw new Unavailable('unsupported', 'the learning rate of tf.train.adam is fixed');
      }
      adam ??= tf.train.adam(learningRate, beta1, beta2, epsilon);
      adamRate = learningRate;
      const optimizer = adam;
      const start = performance.now();
      const loss = tf.tidy(() => {
        const inputIds = tf.tensor(inputs.slice(), shape, 'int32');
        const targetIds = tf.tensor(targets.slice(), shape, 'int32');
        const { value, grads } = attempt(() =>
          tf.variableGrads(() => lossOf(inputIds, targetIds), all),
        );
        const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)));
        const norm = tf.sqrt(tf.addN(squares));
        const scale = tf.minimum(tf.div(tf.scalar(clip), tf.add(norm, 1e-6)), 1);
        const clipped = Object.fromEntries(
          Object.entries(grads).map(([name, gradient]) => [name, tf.mul(gradient, scale)]),
        );
        for (const variable of all) {
          if (variable.shape.length < 2) continue;
          variable.assign(tf.mul(variable, 1 - learningRate * weightDecay));
        }
        attempt(() => optimizer.applyGradients(clipped));
        return value;
      });
      const [value] = loss.dataSync();
      loss.dispose();
      return { loss: value!, milliseconds: performance.now() - start };
    },
    async close() {
      adam?.dispose();
      for (const variable of all) variable.dispose();
    },
  };
}

/** Turns TensorFlow.js's complaint about a missing kernel into `Unavailable`. */
function attempt<T>(f: () => T): T {
  try {
    return f();
  } catch (error) {
    const message = (error as Error).message;
    if (/not (registered|implemented|supported|yet)/i.test(message)) {
      throw new Unavailable('unsupported', message);
    }
    throw error;
  }
}

/** Mean cross-entropy of a batch, tokens `[batch · context]`. */
function model(tf: Tf, config: GptConfig, weight: (name: string) => TfVariable) {
  const { batch, context, width, heads, layers, vocabulary } = config;
  const tokens = batch * context;
  const scale = 1 / Math.sqrt(width / heads);
  const future = Float32Array.from({ length: context * context }, (_, index) =>
    index % context > Math.floor(index / context) ? -1e9 : 0,
  );
  const mask = tf.tensor(future, [1, 1, context, context]);

  const norm = (x: TfTensor, gain: TfTensor) => {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centered), -1, true);
    return tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, LAYER_NORM_EPSILON))), gain);
  };
  const linear = (x: TfTensor, matrix: TfTensor) => tf.matMul(x, matrix, false, true);
  const gelu = (x: TfTensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const toHeads = (x: TfTensor) =>
    tf.transpose(tf.reshape(x, [batch, context, heads, width / heads]), [0, 2, 1, 3]);

  return (inputs: TfTensor, targets: TfTensor): TfTensor => {
    const embedded = tf.matMul(tf.oneHot(inputs, vocabulary), weight('wte'));
    const placed = tf.add(tf.reshape(embedded, [batch, context, width]), weight('wpe'));
    let x = tf.reshape(placed, [tokens, width]);
    for (let layer = 0; layer < layers; layer += 1) {
      const block = (name: string) => weight(`h.${layer}.${name}`);
      const fused = linear(norm(x, block('ln_1')), block('attn.c_attn'));
      const [query, key, value] = tf.split(fused, 3, -1).map(toHeads); // [batch, heads, context, headWidth]
      const scores = tf.add(tf.mul(tf.matMul(query!, key!, false, true), scale), mask);
      const mixed = tf.transpose(tf.matMul(tf.softmax(scores), value!), [0, 2, 1, 3]);
      x = tf.add(x, linear(tf.reshape(mixed, [tokens, width]), block('attn.c_proj')));
      const active = gelu(linear(norm(x, block('ln_2')), block('mlp.c_fc')));
      x = tf.add(x, linear(active, block('mlp.c_proj')));
    }
    const logits = linear(norm(x, weight('ln_f')), weight('wte')); // [batch · context, vocabulary]
    const chosen = tf.mul(tf.logSoftmax(logits), tf.oneHot(targets, vocabulary));
    return tf.mul(tf.sum(chosen), -1 / tokens);
  };
}
