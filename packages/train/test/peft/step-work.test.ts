import {
  AutoModelForSequenceClassification,
  backward,
  compile,
  manualSeed,
  type Tensor,
  tensor,
} from '@llm/nn';
import { AdamW, getPeftModel } from '@llm/train';
import { expect, it } from 'vitest';

const [batch, length] = [2, 32];

/** Operations of a step by its plan, and numbers that its optimizer keeps; LoRA beside some layers, or all trained. */
async function stepOf(targets?: readonly string[]): Promise<{ work: number; state: number }> {
  manualSeed(0);
  const model = await AutoModelForSequenceClassification.from_config({
    model_type: 'bert',
    vocab_size: 50,
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 256,
    max_position_embeddings: length,
  });
  if (targets) {
    getPeftModel(model, {
      peft_type: 'LORA',
      task_type: 'SEQ_CLS',
      r: 2,
      target_modules: targets,
      modules_to_save: ['classifier'],
    });
  }
  const trained = model.parameters().filter(({ trainable }) => trainable);
  const optimizer = new AdamW(trained, { lr: 1e-3 });
  const step = compile((inputs: Record<string, Tensor>) => {
    const { loss } = model.forward(inputs);
    backward(loss!);
    optimizer.step();
    optimizer.zeroGrad();
    return loss!;
  });
  const ids = Int32Array.from({ length: batch * length }, (_, i) => i % 50);
  const explained = await step.explain({
    input_ids: tensor(ids, [batch, length]),
    attention_mask: tensor(new Int32Array(ids.length).fill(1), [batch, length]),
    labels: tensor(Int32Array.of(0, 1), [batch]),
  });
  step.dispose();
  const [, count, unit] = /([\d.]+) ([kMG]?) ?operations/.exec(explained)!;
  return {
    work: Number(count) * { '': 1, k: 1e3, M: 1e6, G: 1e9 }[unit as '' | 'k' | 'M' | 'G'],
    state: optimizer.variables.reduce((sum, { size }) => sum + size, 0),
  };
}

it('an adapter’s step leaves out gradients of frozen weights, and of what lies below it', async () => {
  const full = await stepOf();
  const lora = await stepOf(['query', 'value']);
  const top = await stepOf(['layer.1.attention.self.query']);
  // Of the three products of each weight, its own gradient is left out.
  expect(lora.work).toBeGreaterThan(0.6 * full.work);
  expect(lora.work).toBeLessThan(0.75 * full.work);
  // The lower of two layers is not gone back through.
  expect(top.work).toBeLessThan(0.8 * lora.work);
  expect(lora.state).toBeLessThan(0.1 * full.state);
});
