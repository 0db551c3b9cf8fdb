import type { ModelSource } from '@llm/hub';
import { registerDevices } from '../devices.ts';
import type { Settings } from './config.ts';
import { architectureOf, type Family } from './family.ts';
import { type FromPretrainedOptions, fromPretrained } from './from-pretrained.ts';
import { createModel } from './load.ts';
import type { TaskModels, TaskName } from './task-names.ts';

/** Makes the models of one family for one task, as Python's `LlamaForCausalLM` does. */
export interface ModelClass<Task extends TaskName> {
  /**
   * As `AutoModelFor….from_pretrained`, for checkpoints of this family alone: a page that names its family downloads
   * no list of them.
   *
   * @throws TypeError for a checkpoint of another family
   */
  from_pretrained(
    location: string | URL | ModelSource,
    options?: FromPretrainedOptions,
  ): Promise<TaskModels[Task]>;
  /**
   * Makes a model with initial weights, drawn from the default generator.
   *
   * @param settings what differs from the family's defaults
   * @throws TypeError for a setting that the family does not know, or another `model_type`
   */
  from_config(settings?: Settings): TaskModels[Task];
}

/**
 * The class of a family's models for a task; those of the families that come with the package are in
 * `@llm/nn/models`.
 *
 * @throws Error for a task that the family has no model for, naming those that it has, when it is used
 */
export function modelClass<Task extends TaskName>(family: Family, task: Task): ModelClass<Task> {
  registerDevices(); // a page may use nothing else of the package
  const checked = (modelType: unknown): Family => {
    if (modelType !== family.model_type) {
      throw new TypeError(
        `${architectureOf(family, task)}: got model_type ${JSON.stringify(modelType)}, want '${family.model_type}'; AutoModel… finds the class of any model`,
      );
    }
    return family;
  };
  return {
    from_pretrained: (location, options = {}) => fromPretrained(task, checked, location, options),
    from_config: (settings = {}) => {
      if ('model_type' in settings) checked(settings.model_type);
      return createModel(family, task, settings);
    },
  };
}
