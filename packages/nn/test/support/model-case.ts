import { readdirSync, readFileSync } from 'node:fs';
import type { ModelSource } from '@llm/hub';
import {
  AutoModel,
  AutoModelForCausalLM,
  AutoModelForMaskedLM,
  AutoModelForMultipleChoice,
  AutoModelForNextSentencePrediction,
  AutoModelForQuestionAnswering,
  AutoModelForSeq2SeqLM,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  decodeTensors,
  type ModelInputs,
  type PreTrainedModel,
  type Tensor,
} from '@llm/nn';

const fixtures = new URL('../fixtures/models/', import.meta.url);

/** One fixture of tools/reference/nn_models.py. */
export interface ModelCase {
  readonly name: string;
  readonly folder: URL;
  readonly config: Readonly<Record<string, unknown>>;
  /** Inputs, outputs and gradients by their names in Python. */
  readonly input: ModelInputs;
  readonly output: Readonly<Record<string, Tensor>>;
  readonly gradient: Readonly<Record<string, Tensor>>;
  readonly prompt: Readonly<Record<string, Tensor>>;
  readonly generated: Readonly<Record<string, Tensor>>;
}

/** Names of all fixtures. */
export const modelCases: readonly string[] = readdirSync(fixtures).sort();

/** Reads a fixture. */
export function readModelCase(name: string): ModelCase {
  const folder = new URL(`${name}/`, fixtures);
  const { tensors } = decodeTensors(readFileSync(new URL('expected.safetensors', folder)));
  const part = (kind: string) =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([key]) => key.startsWith(`${kind}.`))
        .map(([key, value]) => [key.slice(kind.length + 1), value]),
    );
  return {
    name,
    folder,
    config: JSON.parse(readFileSync(new URL('config.json', folder), 'utf8')),
    input: part('input'),
    output: part('output'),
    gradient: part('gradient'),
    prompt: part('prompt'),
    generated: part('generated'),
  };
}

const autos = [
  ['CausalLM', AutoModelForCausalLM],
  ['LMHeadModel', AutoModelForCausalLM],
  ['MTModel', AutoModelForSeq2SeqLM],
  ['ConditionalGeneration', AutoModelForSeq2SeqLM],
  ['MaskedLM', AutoModelForMaskedLM],
  ['SequenceClassification', AutoModelForSequenceClassification],
  ['TokenClassification', AutoModelForTokenClassification],
  ['QuestionAnswering', AutoModelForQuestionAnswering],
  ['MultipleChoice', AutoModelForMultipleChoice],
  ['NextSentencePrediction', AutoModelForNextSentencePrediction],
] as const;

/** The class that loads a fixture's model, by the name that Python gave in `architectures`. */
export function autoModelOf({ config }: ModelCase): {
  from_pretrained(location: string | URL | ModelSource): Promise<PreTrainedModel>;
} {
  const [architecture] = config.architectures as string[];
  return autos.find(([end]) => architecture!.endsWith(end))?.[1] ?? AutoModel;
}
