import type { ModelSource } from '@llm/hub';
import { autoClassOf, type ModelInputs, type PreTrainedModel, type Tensor } from '@llm/nn';

/** What a fixture of a model holds, wherever its files were read. */
export interface Expected {
  readonly config: Readonly<Record<string, unknown>>;
  /** Inputs, outputs and gradients by their names in Python. */
  readonly input: ModelInputs;
  readonly output: Readonly<Record<string, Tensor>>;
  readonly gradient: Readonly<Record<string, Tensor>>;
  readonly prompt: Readonly<Record<string, Tensor>>;
  readonly generated: Readonly<Record<string, Tensor>>;
}

/** The parts of `expected.safetensors`. */
export function expectedOf(
  config: Readonly<Record<string, unknown>>,
  tensors: Readonly<Record<string, Tensor>>,
): Expected {
  const part = (kind: string) =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([key]) => key.startsWith(`${kind}.`))
        .map(([key, value]) => [key.slice(kind.length + 1), value]),
    );
  return {
    config,
    input: part('input'),
    output: part('output'),
    gradient: part('gradient'),
    prompt: part('prompt'),
    generated: part('generated'),
  };
}

/** The class that loads a fixture's model, by the name that Python gave in `architectures`. */
export function autoModelOf({ config }: Expected): {
  from_pretrained(location: string | URL | ModelSource): Promise<PreTrainedModel>;
} {
  const [architecture] = config.architectures as string[];
  return autoClassOf(architecture!)!;
}
