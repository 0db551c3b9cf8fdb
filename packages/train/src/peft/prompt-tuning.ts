import {
  CausalLM,
  Embedding,
  init,
  type Module,
  PreTrainedModel,
  SequenceClassification,
  zeros,
} from '@llm/nn';
import { checkConfig, type PromptTuningConfig } from './config.ts';
import { PromptLayer, vectorsOfText } from './prompt-layer.ts';
import type { PromptTuner, Target } from './tuner.ts';

/** Tasks, and the models that they are for. */
const tasks = { CAUSAL_LM: CausalLM, SEQ_CLS: SequenceClassification } as const;

const names = [
  'num_virtual_tokens',
  'prompt_tuning_init',
  'prompt_tuning_init_text',
  'tokenizer_name_or_path',
  'tokenizer_kwargs',
  'tokenizer',
  'token_dim',
  'num_layers',
  'num_attention_heads',
  'num_transformer_submodules',
];

/** Prompt tuning (Lester et al., 2021): vectors before each text are trained, and a classifier's head. */
export const promptTuningTuner: PromptTuner<PromptTuningConfig> = {
  resolve(config) {
    checkConfig(config, names, ['target_modules', 'exclude_modules']);
    const { num_virtual_tokens: count, num_transformer_submodules: parts } = config;
    if (!Number.isInteger(count) || count < 1) {
      throw new RangeError(
        `PROMPT_TUNING: num_virtual_tokens must be a whole number from 1: got ${count}`,
      );
    }
    if ((parts ?? 1) !== 1) {
      throw new RangeError(`PROMPT_TUNING: num_transformer_submodules must be 1: got ${parts}`);
    }
    checkStart(config);
    return {
      ...config,
      prompt_tuning_init: config.prompt_tuning_init ?? 'RANDOM',
      num_transformer_submodules: 1,
    };
  },
  attachPrompt(model, config) {
    const target = wordTable(model, config);
    const { outFeatures: width } = target.shape;
    if ((config.token_dim ?? width) !== width) {
      throw new RangeError(
        `PROMPT_TUNING: token_dim does not fit the model: got ${config.token_dim}, wants ${width}`,
      );
    }
    const { tokenizer: _, ...kept } = config;
    return {
      target,
      layer: startingPrompt(model as PreTrainedModel, target, config),
      config: { ...kept, token_dim: width, ...sizesOf(model as PreTrainedModel, config) },
    };
  },
};

/** The settings of the first vectors fit one another. */
function checkStart(config: PromptTuningConfig): void {
  const { prompt_tuning_init: start = 'RANDOM', prompt_tuning_init_text: text } = config;
  const { tokenizer, tokenizer_name_or_path, tokenizer_kwargs } = config;
  if (start === 'RANDOM') {
    if (!tokenizer && !tokenizer_kwargs) return;
    throw new TypeError("PROMPT_TUNING: a tokenizer is for prompt_tuning_init: 'TEXT' alone");
  }
  if (start !== 'TEXT') {
    throw new TypeError(
      `PROMPT_TUNING: prompt_tuning_init takes RANDOM and TEXT: got ${JSON.stringify(start)}`,
    );
  }
  if (typeof text !== 'string' || !tokenizer_name_or_path) {
    throw new TypeError(
      "PROMPT_TUNING: prompt_tuning_init: 'TEXT' wants prompt_tuning_init_text, and tokenizer_name_or_path, without which Python does not load the file",
    );
  }
  if (!tokenizer && !config.inference_mode) {
    throw new TypeError(
      "PROMPT_TUNING: prompt_tuning_init: 'TEXT' wants tokenizer: await AutoTokenizer.from_pretrained(…)",
    );
  }
}

/**
 * The table of words of a model for the task.
 *
 * @throws TypeError for a task without prompts, or a model that is not for it
 */
function wordTable(model: Module, { task_type: task }: PromptTuningConfig): Target {
  if (!task || !Object.hasOwn(tasks, task)) {
    throw new TypeError(
      `PROMPT_TUNING: task_type takes ${Object.keys(tasks).join(', ')}: got ${JSON.stringify(task)}`,
    );
  }
  const Wanted = tasks[task as keyof typeof tasks];
  if (!(model instanceof Wanted) || model.inputNames.includes('decoder_input_ids')) {
    throw new TypeError(
      `PROMPT_TUNING: task_type ${task} wants a ${Wanted.name} without an encoder before its decoder: got ${(model instanceof PreTrainedModel && model.architecture) || model.constructor.name}`,
    );
  }
  const { vocab_size } = model.config;
  for (const [path, module] of model.namedModules()) {
    if (!(module instanceof Embedding)) continue;
    const [rows, width] = module.weight.shape as readonly [number, number];
    if (rows !== vocab_size) continue;
    // Looking up is a product with rows of one 1: [in, out].
    const shape = { inFeatures: rows, outFeatures: width, isTransposed: true };
    return { path, module, shape };
  }
  throw new TypeError(
    `PROMPT_TUNING: ${model.architecture} has no Embedding of its ${vocab_size} words`,
  );
}

/** The first vectors: drawn, or those of a text; a prompt from a file gets its own afterwards. */
function startingPrompt(
  { config }: PreTrainedModel,
  { module, shape }: Target,
  settings: PromptTuningConfig,
): PromptLayer {
  const { num_virtual_tokens: count, tokenizer, prompt_tuning_init_text: text } = settings;
  // Gemma multiplies vectors by √width: Python's Gemma 3 at the table, Gemma 2 behind it, where prompts are there too.
  const scale = config.model_type === 'gemma3_text' ? Math.fround(Math.sqrt(shape.outFeatures)) : 1;
  const size = [count, shape.outFeatures];
  // Nothing is drawn or stored for the sizes that a file names before its tensors are seen to have them.
  if (settings.inference_mode) return new PromptLayer(zeros(size), scale);
  if (settings.prompt_tuning_init !== 'TEXT') return new PromptLayer(init.normal(size), scale);
  const { input_ids: ids } = tokenizer!(text!);
  if (ids.length === 0)
    throw new RangeError('PROMPT_TUNING: prompt_tuning_init_text has no tokens');
  const vectors = vectorsOfText(ids, count, (each) => module.forward(each));
  return new PromptLayer(scale === 1 ? vectors : vectors.mul(scale), scale);
}

/** Sizes of a model that Python asks for in the file of a prompt. */
function sizesOf(
  { config }: PreTrainedModel,
  { num_layers, num_attention_heads }: PromptTuningConfig,
): Pick<PromptTuningConfig, 'num_layers' | 'num_attention_heads'> {
  const sizes: Readonly<Record<string, unknown>> = { ...config };
  const size = (...keys: string[]) =>
    keys.map((key) => sizes[key]).find((value) => typeof value === 'number') as number | undefined;
  const layers = num_layers ?? size('num_hidden_layers', 'num_layers', 'n_layer', 'n_layers');
  const heads =
    num_attention_heads ?? size('num_attention_heads', 'n_head', 'num_heads', 'n_heads');
  return {
    ...(layers !== undefined && { num_layers: layers }),
    ...(heads !== undefined && { num_attention_heads: heads }),
  };
}
