import type { AdaLoraConfig } from './config.ts';

/** Settings with defaults filled in. */
type Settings = Required<Pick<AdaLoraConfig, BudgetName>> & AdaLoraConfig;

type BudgetName =
  | 'init_r'
  | 'target_r'
  | 'tinit'
  | 'tfinal'
  | 'deltaT'
  | 'beta1'
  | 'beta2'
  | 'orth_reg_weight';

/** What happens after a step. */
export interface StepPlan {
  /** Whether the gradients count for the importance. */
  readonly measures: boolean;
  /** How many ranks are chosen to be dropped; undefined if the choice stays. */
  readonly dropped?: number;
  /** Whether dropped ranks are set to zero. */
  readonly masks: boolean;
}

/**
 * What AdaLoRA does after a step, as PEFT's `update_and_allocate`: all ranks are kept up to `tinit`; then each `deltaT`
 * steps fewer of them, by a cubic curve down to `target_r` on average at `total_step - tfinal`; then the choice stays.
 *
 * @param step from 0
 * @param layers how many layers share the budget
 */
export function planOf(step: number, layers: number, config: Settings): StepPlan {
  const { tinit, tfinal, deltaT, init_r, target_r, total_step } = config;
  const end = total_step - tfinal;
  const target = target_r * layers;
  const whole = init_r * layers;
  if (step > end) return { measures: false, masks: true };
  if (step === end) return { measures: false, dropped: whole - target, masks: true };
  if (step <= tinit || step % deltaT !== 0) return { measures: true, masks: false };
  const left = 1 - (step - tinit) / (end - tinit);
  const budget = Math.trunc((whole - target) * left ** 3 + target);
  return { measures: true, dropped: whole - budget, masks: true };
}

/**
 * Checks settings of AdaLoRA.
 *
 * @throws RangeError naming the one that makes no sense. @throws TypeError for one of another type
 */
export function checkBudget(config: Settings): void {
  const { init_r, target_r, tinit, tfinal, total_step } = config;
  const lowest = { init_r: 1, target_r: 0, tinit: 0, tfinal: 0, deltaT: 1, total_step: 1 };
  for (const [name, least] of Object.entries(lowest)) {
    const value = config[name as keyof typeof lowest];
    if (Number.isInteger(value) && value >= least) continue;
    throw new RangeError(`ADALORA: ${name} must be a whole number from ${least}: got ${value}`);
  }
  if (target_r > init_r) {
    throw new RangeError(`ADALORA: target_r must be at most init_r, ${init_r}: got ${target_r}`);
  }
  if (tinit >= total_step - tfinal) {
    throw new RangeError(
      `ADALORA: no steps are left to drop ranks in: tinit ${tinit} must be below total_step - tfinal, ${total_step} - ${tfinal}`,
    );
  }
  for (const name of ['beta1', 'beta2'] as const) {
    if (config[name] > 0 && config[name] < 1) continue;
    throw new RangeError(`ADALORA: ${name} must be above 0 and below 1: got ${config[name]}`);
  }
  if (!(config.orth_reg_weight > 0)) {
    throw new RangeError(`ADALORA: orth_reg_weight must be above 0: got ${config.orth_reg_weight}`);
  }
  if (typeof config.init_lora_weights !== 'boolean') {
    throw new TypeError(
      `ADALORA: init_lora_weights takes true and false: got ${JSON.stringify(config.init_lora_weights)}`,
    );
  }
  // Python's files have it, with a value that means nothing.
  if ((config.r ?? 8) !== 8 && !config.inference_mode) {
    throw new TypeError(`ADALORA: r is not used: got ${config.r}; set init_r and target_r`);
  }
}
