/**
 * From the class of transformers that a configuration names to what loads it: the reverse of `architectureOf`.
 *
 * @module
 */
import {
  AutoModel,
  type AutoModelFor,
  AutoModelForCausalLM,
  AutoModelForMaskedLM,
  AutoModelForMultipleChoice,
  AutoModelForNextSentencePrediction,
  AutoModelForPreTraining,
  AutoModelForQuestionAnswering,
  AutoModelForSeq2SeqLM,
  AutoModelForSequenceClassification,
  AutoModelForTextEncoding,
  AutoModelForTokenClassification,
} from './auto.ts';
import type { TaskName } from './task-names.ts';

/** How Python's classes end, and what loads them. */
const classes: readonly (readonly [ending: RegExp, auto: AutoModelFor<TaskName>])[] = [
  [/ForCausalLM$|LMHeadModel$/, AutoModelForCausalLM],
  [/ForMaskedLM$/, AutoModelForMaskedLM],
  [/ForMultipleChoice$/, AutoModelForMultipleChoice],
  [/ForNextSentencePrediction$/, AutoModelForNextSentencePrediction],
  [/ForPreTraining$/, AutoModelForPreTraining],
  [/ForQuestionAnswering$/, AutoModelForQuestionAnswering],
  [/ForConditionalGeneration$|MTModel$/, AutoModelForSeq2SeqLM],
  [/ForSequenceClassification$/, AutoModelForSequenceClassification],
  [/ForTokenClassification$/, AutoModelForTokenClassification],
  [/EncoderModel$/, AutoModelForTextEncoding],
  [/Model$/, AutoModel],
];

/**
 * What loads a model with the head that it was saved with.
 *
 * @param architecture a class of transformers, as `architectures` of a config names it
 * @returns undefined for a class that is not known here
 */
export function autoClassOf(architecture: string): AutoModelFor<TaskName> | undefined {
  return classes.find(([ending]) => ending.test(architecture))?.[1];
}
