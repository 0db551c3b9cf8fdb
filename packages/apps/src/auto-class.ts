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
  type FromPretrainedOptions,
  type PreTrainedModel,
} from '@llm/nn';

/** What loads a kind of model. */
export interface AutoClass {
  from_pretrained(
    location: string | URL,
    options?: FromPretrainedOptions,
  ): Promise<PreTrainedModel>;
}

/** How Python's classes end, and what loads them. */
const classes: readonly (readonly [ending: RegExp, auto: AutoClass])[] = [
  [/ForCausalLM$|LMHeadModel$/, AutoModelForCausalLM],
  [/ForMaskedLM$/, AutoModelForMaskedLM],
  [/ForMultipleChoice$/, AutoModelForMultipleChoice],
  [/ForNextSentencePrediction$/, AutoModelForNextSentencePrediction],
  [/ForQuestionAnswering$/, AutoModelForQuestionAnswering],
  [/ForConditionalGeneration$|MTModel$/, AutoModelForSeq2SeqLM],
  [/ForSequenceClassification$/, AutoModelForSequenceClassification],
  [/ForTokenClassification$/, AutoModelForTokenClassification],
  [/Model$/, AutoModel],
];

/**
 * What loads a model with the head that it was saved with.
 *
 * @param architecture a class of transformers, as `architectures` of a config names it
 * @returns undefined for a class that is not known here
 */
export function autoClassOf(architecture: string): AutoClass | undefined {
  return classes.find(([ending]) => ending.test(architecture))?.[1];
}

/** The class of transformers that a config names; undefined where it names none, as those made from GGUF files. */
export function architectureOf(config: object): string | undefined {
  const { architectures } = config as { architectures?: unknown };
  const [first] = Array.isArray(architectures) ? (architectures as unknown[]) : [];
  return typeof first === 'string' ? first : undefined;
}
