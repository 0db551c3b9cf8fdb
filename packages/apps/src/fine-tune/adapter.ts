import { saveFolder } from '@llm/hub';
import type { PreTrainedModel } from '@llm/nn';
import {
  adapterFiles,
  getPeftModel,
  type IA3Config,
  type LNTuningConfig,
  type LoraConfig,
  type Peft,
  type TaskType,
} from '@llm/train';
import { WrongInputError } from '../pipelines/index.ts';

/** An adapter that can be merged into the weights of a model. */
export type FineTuneAdapter = LoraConfig | IA3Config | LNTuningConfig;

const mergeable: readonly string[] = [
  'LORA',
  'IA3',
  'LN_TUNING',
] satisfies FineTuneAdapter['peft_type'][];

/** Refuses, before anything is trained, an adapter that could not be merged afterwards. */
export function checkAdapter({ peft_type }: FineTuneAdapter): void {
  if (mergeable.includes(peft_type)) return;
  throw new WrongInputError(
    `fineTune: peft_config wants peft_type ${mergeable.join(', ')}, which merge into the model: got ${JSON.stringify(peft_type)}; for others train with getPeftModel and a Trainer`,
  );
}

/** Gives a model an adapter; the head that the task starts anew is trained with it. */
export function adaptModel(
  model: PreTrainedModel,
  config: FineTuneAdapter,
  task: TaskType,
  location: unknown,
): Peft {
  return getPeftModel(model, {
    task_type: task,
    ...(typeof location === 'string' && { base_model_name_or_path: location }),
    ...config,
  });
}

/** Writes a trained adapter into the model for good, and, where there is an `output` folder, into files of its own. */
export async function mergeAdapter(peft: Peft, output: string | undefined): Promise<void> {
  if (output !== undefined) await saveFolder(`${output}/adapter`, await adapterFiles(peft));
  peft.mergeAndUnload();
}
