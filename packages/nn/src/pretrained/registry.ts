import type { Family } from './family.ts';
import type { TaskName } from './task-names.ts';

/** Families by `model_type`; each is loaded when it is first asked for, so a bundle splits by family. */
const families: Record<string, () => Promise<Family>> = {
  bert: async () => (await import('../models/bert.ts')).bert,
  gemma2: async () => (await import('../models/gemma2.ts')).gemma2,
  gemma3_text: async () => (await import('../models/gemma3.ts')).gemma3,
  gpt2: async () => (await import('../models/gpt2.ts')).gpt2,
  llama: async () => (await import('../models/llama.ts')).llama,
  mistral: async () => (await import('../models/mistral.ts')).mistral,
  phi3: async () => (await import('../models/phi3.ts')).phi3,
  qwen2: async () => (await import('../models/qwen2.ts')).qwen2,
  qwen3: async () => (await import('../models/qwen3.ts')).qwen3,
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

/** The builder of a task's model. @throws Error naming the tasks that the family has. */
export function builderOf<Task extends TaskName>(
  family: Family,
  task: Task,
): NonNullable<Family['tasks'][Task]> {
  const build = family.tasks[task];
  if (!build) {
    const known = Object.keys(family.tasks).map((name) =>
      name === 'base' ? 'AutoModel' : `AutoModelFor${name}`,
    );
    throw new Error(
      `AutoModelFor${task}: '${family.model_type}' has no such model; it has ${known.join(', ')}`,
    );
  }
  return build as NonNullable<Family['tasks'][Task]>;
}
