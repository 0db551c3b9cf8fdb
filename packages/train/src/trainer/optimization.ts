import type { Module } from '@llm/nn';
import { Adafactor } from '../optimizers/adafactor.ts';
import { Adagrad } from '../optimizers/adagrad.ts';
import { AdamW } from '../optimizers/adam.ts';
import { weightDecayGroups } from '../optimizers/groups.ts';
import { Lion } from '../optimizers/lion.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { RMSprop } from '../optimizers/rmsprop.ts';
import { SGD } from '../optimizers/sgd.ts';
import { ReduceLROnPlateau } from '../schedules/plateau.ts';
import type { Schedule } from '../schedules/schedules.ts';
import * as schedules from '../schedules/schedules.ts';
import type { OptimizerName, SchedulerName, TrainingArguments } from './arguments.ts';

/** The optimizer that the arguments name, over the trainable parameters; biases and norms without weight decay. */
export function createOptimizer(model: Module, args: TrainingArguments): Optimizer {
  const groups = weightDecayGroups(model, args.weight_decay)
    .map((group) => ({
      ...group,
      parameters: [...group.parameters].filter(({ trainable }) => trainable),
    }))
    .filter(({ parameters }) => parameters.length > 0);
  const common = {
    lr: args.learning_rate,
    ...(args.max_grad_norm > 0 && { max_grad_norm: args.max_grad_norm }),
  };
  const makers: Record<OptimizerName, () => Optimizer> = {
    adamw_torch: () => {
      const betas = [args.adam_beta1, args.adam_beta2] as const;
      return new AdamW(groups, { ...common, betas, eps: args.adam_epsilon });
    },
    adamw_torch_fused: () => makers.adamw_torch(),
    sgd: () => new SGD(groups, common),
    // As transformers has it: the schedule sets the rate, not Adafactor itself.
    adafactor: () =>
      new Adafactor(groups, { ...common, scale_parameter: false, relative_step: false }),
    lion_32bit: () => new Lion(groups, { ...common, betas: [args.adam_beta1, args.adam_beta2] }),
    rmsprop: () => new RMSprop(groups, common),
    adagrad: () => new Adagrad(groups, common),
  };
  return pick('optim', args.optim, makers)();
}

/** The schedule that the arguments name. */
export function createSchedule(args: TrainingArguments, steps: number): Schedule {
  const num_warmup_steps =
    args.warmup_steps > 0 ? args.warmup_steps : Math.ceil(steps * args.warmup_ratio);
  const warmup = { num_warmup_steps };
  const decay = { num_warmup_steps, num_training_steps: steps };
  // Checked by the schedules, which throw for an option that they do not know.
  const more = args.lr_scheduler_kwargs as Readonly<Record<string, never>>;
  const makers: Record<SchedulerName, () => Schedule> = {
    linear: () => schedules.linear({ ...decay, ...more }),
    cosine: () => schedules.cosine({ ...decay, ...more }),
    cosine_with_restarts: () => schedules.cosineWithRestarts({ ...decay, ...more }),
    polynomial: () => schedules.polynomial({ ...decay, lr: args.learning_rate, ...more }),
    constant: schedules.constant,
    constant_with_warmup: () => schedules.constantWithWarmup({ ...warmup, ...more }),
    inverse_sqrt: () => schedules.inverseSqrt({ ...warmup, ...more }),
    cosine_with_min_lr: () => schedules.cosineWithMinLr({ ...decay, ...withLowestRate(args) }),
    cosine_warmup_with_min_lr: () =>
      schedules.cosineWarmupWithMinLr({ ...decay, ...withLowestRate(args) }),
    // Its rates change at evaluations: see `createPlateau`.
    reduce_lr_on_plateau: schedules.constant,
    one_cycle: () => schedules.oneCycle({ total_steps: steps, ...more }),
    warmup_stable_decay: () => {
      const { num_decay_steps, num_stable_steps, ...rest } = more;
      if (num_decay_steps === undefined) {
        throw new TypeError(
          'TrainingArguments: warmup_stable_decay wants num_decay_steps in lr_scheduler_kwargs',
        );
      }
      const stable = num_stable_steps ?? steps - num_warmup_steps - num_decay_steps;
      return schedules.warmupStableDecay({
        ...warmup,
        num_decay_steps,
        num_stable_steps: stable,
        ...rest,
      });
    },
  };
  return pick('lr_scheduler_type', args.lr_scheduler_type, makers)();
}

/** What lowers the rates by evaluations, if the arguments want that; better is what it is for the best model. */
export function createPlateau(
  args: TrainingArguments,
  optimizer: Optimizer,
): ReduceLROnPlateau | undefined {
  if (args.lr_scheduler_type !== 'reduce_lr_on_plateau') return undefined;
  const mode = args.greater_is_better ? 'max' : 'min';
  return new ReduceLROnPlateau(optimizer, { mode, ...args.lr_scheduler_kwargs });
}

/** The schedule's options, with `min_lr`, a rate, as the share of the rate that the schedule wants. */
function withLowestRate(args: TrainingArguments): { readonly min_lr_rate: number } {
  const { min_lr, min_lr_rate, ...rest } = args.lr_scheduler_kwargs as Record<string, number>;
  const rate = min_lr_rate ?? (min_lr === undefined ? undefined : min_lr / args.learning_rate);
  if (rate === undefined) {
    throw new TypeError(
      `TrainingArguments: ${args.lr_scheduler_type} wants min_lr or min_lr_rate in lr_scheduler_kwargs`,
    );
  }
  return { ...rest, min_lr_rate: rate };
}

function pick<Name extends string, Value>(
  argument: string,
  name: Name,
  choices: Readonly<Record<Name, Value>>,
): Value {
  if (Object.hasOwn(choices, name)) return choices[name];
  throw new TypeError(
    `TrainingArguments: ${argument} takes ${Object.keys(choices).join(', ')}: got '${name}'`,
  );
}
