import type { Family } from './family.ts';

/** Families by `model_type`; each is loaded when it is first asked for, so a bundle splits by family. */
const families: Record<string, () => Promise<Family>> = {
  bart: async () => (await import('../models/bart.ts')).bart,
  bert: async () => (await import('../models/bert.ts')).bert,
  distilbert: async () => (await import('../models/distilbert.ts')).distilbert,
  electra: async () => (await import('../models/electra.ts')).electra,
  gemma2: async () => (await import('../models/gemma2.ts')).gemma2,
  gemma3_text: async () => (await import('../models/gemma3.ts')).gemma3,
  gpt2: async () => (await import('../models/gpt2.ts')).gpt2,
  llama: async () => (await import('../models/llama.ts')).llama,
  m2m_100: async () => (await import('../models/m2m100.ts')).m2m100,
  marian: async () => (await import('../models/marian.ts')).marian,
  mbart: async () => (await import('../models/mbart.ts')).mbart,
  mistral: async () => (await import('../models/mistral.ts')).mistral,
  mpnet: async () => (await import('../models/mpnet.ts')).mpnet,
  mt5: async () => (await import('../models/t5.ts')).mt5,
  phi3: async () => (await import('../models/phi3.ts')).phi3,
  qwen2: async () => (await import('../models/qwen2.ts')).qwen2,
  qwen3: async () => (await import('../models/qwen3.ts')).qwen3,
  roberta: async () => (await import('../models/roberta.ts')).roberta,
  t5: async () => (await import('../models/t5.ts')).t5,
  'xlm-roberta': async () => (await import('../models/roberta.ts')).xlmRoberta,
};

/** The `model_type`s that can be loaded. */
export function supportedModelTypes(): string[] {
  return Object.keys(families).sort();
}

/** Adds a family of your own, or replaces one, for `AutoModel…` to find. */
export function registerFamily(family: Family): void {
  families[family.model_type] = async () => family;
}

/** The family of a `model_type`. @throws Error naming those supported. */
export async function familyOf(modelType: unknown): Promise<Family> {
  if (typeof modelType !== 'string' || !Object.hasOwn(families, modelType)) {
    throw new Error(
      `model_type ${JSON.stringify(modelType) ?? 'is missing in config.json and'} is not supported; supported: ${supportedModelTypes().join(', ')}`,
    );
  }
  return families[modelType]!();
}
