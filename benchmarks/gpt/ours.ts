/**
 * The GPT in @llm/nn: forward, gradient, clip and AdamW in one `compile`.
 *
 * @module
 */
import {
  backward,
  chunk,
  compile,
  crossEntropy,
  Embedding,
  gelu,
  LayerNorm,
  Linear,
  linear,
  Module,
  noGrad,
  scaledDotProductAttention,
  type Tensor,
  tensor,
} from '@llm/nn';
import { AdamW } from '@llm/train';
import { OUR_THREADS, ourVersion, useWasm } from '../ours/device.ts';
import { type GptConfig, LAYER_NORM_EPSILON, optimizer as settings } from './config.ts';
import type { Batch, EvaluatingTrainer } from './step.ts';
import type { Weight } from './weights.ts';

/** Causal self-attention of several heads, its three projections in one. */
class Attention extends Module {
  readonly c_attn: Linear;
  readonly c_proj: Linear;

  constructor(readonly config: GptConfig) {
    super();
    const { width } = config;
    this.c_attn = new Linear(width, 3 * width, { bias: false });
    this.c_proj = new Linear(width, width, { bias: false });
  }

  forward(x: Tensor): Tensor {
    const [batch, length, width] = x.shape as [number, number, number];
    const { heads } = this.config;
    const [query, key, value] = chunk(this.c_attn.forward(x), 3, -1).map((part) =>
      part.reshape(batch, length, heads, width / heads).transpose(1, 2),
    ); // [batch, heads, length, headWidth]
    const mixed = scaledDotProductAttention(query!, key!, value!, { isCausal: true });
    return this.c_proj.forward(mixed.transpose(1, 2).reshape(batch, length, width));
  }
}

/** Two linear layers with a GELU between. */
class Mlp extends Module {
  readonly c_fc: Linear;
  readonly c_proj: Linear;

  constructor({ width }: GptConfig) {
    super();
    this.c_fc = new Linear(width, 4 * width, { bias: false });
    this.c_proj = new Linear(4 * width, width, { bias: false });
  }

  forward(x: Tensor): Tensor {
    return this.c_proj.forward(gelu(this.c_fc.forward(x)));
  }
}

/** A pre-norm block. */
class Block extends Module {
  readonly ln_1: LayerNorm;
  readonly attn: Attention;
  readonly ln_2: LayerNorm;
  readonly mlp: Mlp;

  constructor(config: GptConfig) {
    super();
    const norm = () => new LayerNorm(config.width, { eps: LAYER_NORM_EPSILON, bias: false });
    this.ln_1 = norm();
    this.attn = new Attention(config);
    this.ln_2 = norm();
    this.mlp = new Mlp(config);
  }

  forward(x: Tensor): Tensor {
    const attended = x.add(this.attn.forward(this.ln_1.forward(x)));
    return attended.add(this.mlp.forward(this.ln_2.forward(attended)));
  }
}

/** Tokens [batch, context] and the tokens after them → mean cross-entropy. */
class Gpt extends Module {
  readonly transformer: {
    readonly wte: Embedding;
    readonly wpe: Embedding;
    readonly h: readonly Block[];
    readonly ln_f: LayerNorm;
  };

  constructor(config: GptConfig) {
    super();
    const { layers, width, vocabulary, context } = config;
    this.transformer = {
      wte: new Embedding(vocabulary, width),
      wpe: new Embedding(context, width),
      h: Array.from({ length: layers }, () => new Block(config)),
      ln_f: new LayerNorm(width, { eps: LAYER_NORM_EPSILON, bias: false }),
    };
  }

  forward(inputs: Tensor, targets: Tensor): Tensor {
    const { wte, wpe, h, ln_f } = this.transformer;
    let x = wte.forward(inputs).add(wpe.weight);
    for (const block of h) x = block.forward(x);
    const logits = linear(ln_f.forward(x), wte.weight); // [batch, context, vocabulary]; tied head
    return crossEntropy(logits, targets);
  }
}

/**
 * A GPT of ours with the weights given.
 *
 * @param useDevice makes the device to compute on the default one
 */
export async function openOurGpt(
  config: GptConfig,
  weights: ReadonlyMap<string, Weight>,
  useDevice: () => void = useWasm,
): Promise<EvaluatingTrainer> {
  useDevice();
  const model = new Gpt(config);
  model.loadStateDict(
    Object.fromEntries(
      [...weights].map(([name, { values, shape }]) => [name, tensor(values, shape)]),
    ),
  );
  const parameters = model.parameters();
  const isMatrix = (parameter: Tensor) => parameter.rank >= 2;
  const adamW = new AdamW(
    [
      { parameters: parameters.filter(isMatrix), weight_decay: settings.weightDecay },
      { parameters: parameters.filter((one) => !isMatrix(one)), weight_decay: 0 },
    ],
    {
      betas: [settings.beta1, settings.beta2],
      eps: settings.epsilon,
      max_grad_norm: settings.clip,
    },
  );
  const train = compile((inputs: Tensor, targets: Tensor) => {
    adamW.zeroGrad();
    const loss = model.forward(inputs, targets);
    backward(loss);
    adamW.step();
    return loss;
  });
  const evaluate = compile((inputs: Tensor, targets: Tensor) =>
    noGrad(() => model.forward(inputs, targets)),
  );
  const tokens = ({ inputs, targets }: Batch) => {
    const shape = [inputs.length / config.context, config.context];
    return [tensor(inputs, shape), tensor(targets, shape)] as const;
  };

  return {
    name: 'ours',
    version: ourVersion(),
    threads: OUR_THREADS,
    async step(batch, learningRate) {
      const start = performance.now();
      for (const group of adamW.groups) group.lr = learningRate;
      const loss = await train(...tokens(batch));
      const value = await loss.item();
      return { loss: value, milliseconds: performance.now() - start };
    },
    evaluate: async (batch) => (await evaluate(...tokens(batch))).item(),
    async close() {
      train.dispose();
      evaluate.dispose();
    },
  };
}
