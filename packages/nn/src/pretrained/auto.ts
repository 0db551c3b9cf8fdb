/**
 * `AutoModel` and `AutoModelFor…`: the model that a folder, a URL or a repository holds.
 *
 * @module
 */
import type { ModelSource } from '@llm/hub';
import type { Settings } from './config.ts';
import { type FromPretrainedOptions, fromPretrained } from './from-pretrained.ts';
import { createModel } from './load.ts';
import { familyOf } from './registry.ts';
import type { TaskModels, TaskName } from './task-names.ts';

/** Makes the model of one task. */
export interface AutoModelFor<Task extends TaskName> {
  /**
   * Loads `config.json`, `generation_config.json` (if there is one) and the weights, and switches the model to
   * evaluation. Weights go to the default device one after the other.
   *
   * @param location a folder (Node), a repository of the hub such as `owner/name`, a URL or another source
   * @throws Error for a `model_type` that is not supported, naming those that are
   * @throws StateDictError if weights do not fit, listing all of them
   */
  from_pretrained(
    location: string | URL | ModelSource,
    options?: FromPretrainedOptions,
  ): Promise<TaskModels[Task]>;
  /**
   * Makes a model with initial weights, drawn from the default generator.
   *
   * @param settings `model_type`, and what differs from the family's defaults
   * @throws TypeError for a setting that the family does not know
   */
  from_config(settings: Settings & { readonly model_type: string }): Promise<TaskModels[Task]>;
}

/** Models without a head: `last_hidden_state`, and `pooler_output` where the family has one. */
export const AutoModel = /* @__PURE__ */ autoModelFor('base');
/** The encoders of models that turn one text into another. */
export const AutoModelForTextEncoding = /* @__PURE__ */ autoModelFor('TextEncoding');
/** Models with the heads that they were pre-trained by, where no other task has them: BERT's and ELECTRA's. */
export const AutoModelForPreTraining = /* @__PURE__ */ autoModelFor('PreTraining');
/** Models that continue texts. */
export const AutoModelForCausalLM = /* @__PURE__ */ autoModelFor('CausalLM');
/** Models that fill in masked tokens. */
export const AutoModelForMaskedLM = /* @__PURE__ */ autoModelFor('MaskedLM');
/** Models that turn one text into another. */
export const AutoModelForSeq2SeqLM = /* @__PURE__ */ autoModelFor('Seq2SeqLM');
/** Models that classify texts. */
export const AutoModelForSequenceClassification =
  /* @__PURE__ */ autoModelFor('SequenceClassification');
/** Models that classify tokens. */
export const AutoModelForTokenClassification = /* @__PURE__ */ autoModelFor('TokenClassification');
/** Models that find the answer in a text. */
export const AutoModelForQuestionAnswering = /* @__PURE__ */ autoModelFor('QuestionAnswering');
/** Models that choose among texts. */
export const AutoModelForMultipleChoice = /* @__PURE__ */ autoModelFor('MultipleChoice');
/** Models that tell whether one text follows another. */
export const AutoModelForNextSentencePrediction =
  /* @__PURE__ */ autoModelFor('NextSentencePrediction');

function autoModelFor<Task extends TaskName>(task: Task): AutoModelFor<Task> {
  return {
    from_pretrained: (location, options = {}) => fromPretrained(task, familyOf, location, options),
    async from_config(settings) {
      return createModel(await familyOf(settings.model_type), task, settings);
    },
  };
}
