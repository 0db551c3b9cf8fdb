import {
  autoClassOf,
  explain,
  full,
  type ModelInputs,
  type PreTrainedModel,
  setDefaultDevice,
  type Tensor,
} from '@llm/nn';
import { downloadBar } from '../download-bar.ts';
import { UsageError } from '../failure.ts';
import type { Io } from '../io.ts';

/** On what a model is run. */
interface ExplainSettings {
  readonly architecture: string;
  readonly batch: number;
  readonly tokens: number;
  readonly device: string;
}

/** The kernels of a model's forward pass as a table, with what they move and the memory that they take. */
export async function explainModel(
  model: string,
  { architecture, batch, tokens, device }: ExplainSettings,
  io: Io,
): Promise<string> {
  const auto = autoClassOf(architecture);
  if (!auto) throw new UsageError(`inspect: cannot tell what ${architecture} computes`);
  setDefaultDevice(device);
  const bar = await downloadBar(io);
  try {
    const loaded = await auto.from_pretrained(model, { progress: bar.listener, signal: io.signal });
    const shape = /MultipleChoice$/.test(architecture) ? [batch, 2, tokens] : [batch, tokens];
    return await explain(
      (inputs: ModelInputs) => firstOutput(loaded.eval(), inputs),
      inputsOf(loaded, shape),
    );
  } finally {
    bar.end();
  }
}

/** Tokens of the shape, of which none is padding. */
function inputsOf(model: PreTrainedModel, shape: readonly number[]): ModelInputs {
  const ones = () => full(shape, 1, { dtype: 'i32' });
  return {
    input_ids: ones(),
    attention_mask: ones(),
    ...(model.config.is_encoder_decoder && { decoder_input_ids: ones() }),
  };
}

/** The logits, or whatever a model gives first. */
function firstOutput(model: PreTrainedModel, inputs: ModelInputs): Tensor {
  const output = model.forward(inputs) as Record<string, Tensor>;
  return Object.values(output)[0]!;
}
