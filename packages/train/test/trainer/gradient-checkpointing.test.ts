import {
  AutoModelForCausalLM,
  backward,
  compile,
  manualSeed,
  type PreTrainedModel,
  realize,
  type Tensor,
  tensor,
} from '@llm/nn';
import { gradientCheckpointing, Trainer } from '@llm/train';
import { describe, expect, it } from 'vitest';
import { full } from '../../../../tools/testing/full.ts';
import { autoModelOf, modelCases, readModelCase } from '../../../nn/test/support/model-case.ts';
import { newClassifier, points } from './support.ts';

/** An encoder and an encoder-decoder; every family and head in the full tests. */
const cases = full ? modelCases : ['bert-SequenceClassification', 't5'];

/** Loss and gradients in training, with dropout. */
function lossAndGradients(model: PreTrainedModel, input: object): Tensor[] {
  model.zeroGrad();
  const { loss, last_hidden_state } = model.forward(input as never) as Record<string, Tensor>;
  const total = loss ?? last_hidden_state!.square().mean();
  backward(total);
  const gradients = model.parameters().flatMap(({ grad }) => grad ?? []);
  model.zeroGrad();
  return [total, ...gradients];
}

describe('gradient checkpointing', () => {
  it.each(cases)('%s: the same loss and gradients, dropout included', async (name) => {
    const fixture = readModelCase(name);
    const model = await autoModelOf(fixture).from_pretrained(fixture.folder);
    model.train();
    const run = async () => {
      manualSeed(3);
      const results = lossAndGradients(model, fixture.input);
      await realize(results);
      return Promise.all(results.map((each) => each.data()));
    };
    const plain = await run();
    const stop = gradientCheckpointing(model);
    const again = await run();
    stop();
    expect(again).toHaveLength(plain.length);
    for (const [i, want] of plain.entries()) {
      // Kernels are cut in other ways, so sums are rounded in other places.
      const allowed = 5e-6 * Math.max(1, ...want.map(Math.abs));
      const worst = Math.max(...want.map((each, j) => Math.abs(each - again[i]![j]!)));
      expect(worst, `result ${i}`).toBeLessThan(allowed);
    }
  });

  it('needs less memory', async () => {
    const fixture = readModelCase('llama');
    const { vocab_size, hidden_size, intermediate_size } = fixture.config as Record<string, number>;
    const model = await AutoModelForCausalLM.from_config({
      model_type: 'llama',
      vocab_size: vocab_size!,
      hidden_size: hidden_size!,
      intermediate_size: intermediate_size!,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      num_hidden_layers: 8,
    });
    model.train();
    const ids = tensor(
      Int32Array.from({ length: 512 }, (_, i) => 3 + (i % 20)),
      [4, 128],
    );
    const temporaries = async (): Promise<number> => {
      const step = compile(() => lossAndGradients(model, { input_ids: ids, labels: ids }));
      const { temporaries: bytes } = await step.memory();
      step.dispose();
      return bytes;
    };
    const plain = await temporaries();
    const stop = gradientCheckpointing(model);
    const less = await temporaries();
    stop();
    expect(less).toBeLessThan(0.4 * plain);
    expect(await temporaries()).toBe(plain);
  });

  it('wants layers', () => {
    expect(() => gradientCheckpointing(newClassifier())).toThrow(/Classifier has no layers/);
    expect(
      () =>
        new Trainer({
          model: newClassifier(),
          train_dataset: points(4),
          args: { gradient_checkpointing: true },
        }),
    ).toThrow(/no layers/);
  });
});
