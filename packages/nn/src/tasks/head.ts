import type { Tensor } from '@llm/tensor';
import type { ModelConfig } from '../pretrained/config.ts';
import type { ModelInputs, TensorInputs } from '../pretrained/inputs.ts';
import { PreTrainedModel } from '../pretrained/model.ts';
import type { BaseOutput, Recorded, Seq2SeqRecorded } from '../pretrained/outputs.ts';

/** A model without a head. */
export interface Base extends PreTrainedModel {
  forward(inputs: ModelInputs): BaseOutput;
}

/** A model without a head, and what a family puts on it for a task. */
export interface HeadParts<B extends Base = Base> {
  /** Name of the model without a head in checkpoints; empty if its parts stand at the top. */
  readonly prefix: string;
  readonly base: B;
  /** Modules and variables of the head by their names in checkpoints. */
  readonly head: Readonly<Record<string, unknown>>;
  /** Scores by the head. */
  readonly logits: (output: BaseOutput, inputs: TensorInputs) => Tensor;
  /** Inputs of the base model that follow from the others, where they are not given. */
  readonly derive?: (inputs: TensorInputs) => TensorInputs;
}

/** A model with a head: parameters are named as in checkpoints of the family. */
export abstract class ModelWithHead<B extends Base = Base> extends PreTrainedModel {
  readonly #parts: HeadParts<B>;

  constructor(config: ModelConfig, parts: HeadParts<B>) {
    super(config);
    this.#parts = parts;
  }

  override get base_model_prefix(): string {
    return this.#parts.prefix;
  }

  /** The model below the head. */
  get base_model(): B {
    return this.#parts.base;
  }

  /** Names of the base model's inputs. */
  get inputNames(): readonly (keyof ModelInputs)[] {
    return [...this.base_model.inputNames, ...this.extraInputs];
  }

  /** What `forward` takes beside the base model's inputs. */
  protected get extraInputs(): readonly (keyof ModelInputs)[] {
    return ['labels'];
  }

  /** Runs the base model and the head. */
  protected run(inputs: TensorInputs): { output: BaseOutput; logits: Tensor } {
    const { base, logits, derive } = this.#parts;
    const names = new Set<string>([
      ...base.inputNames,
      'output_hidden_states',
      'output_attentions',
    ]);
    const all = { ...derive?.(inputs), ...inputs };
    const own = Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
    const output = base.forward(own as ModelInputs);
    return { output, logits: logits(output, inputs) };
  }

  protected override *fields(): Iterable<readonly [string, unknown]> {
    const { prefix, base, head } = this.#parts;
    if (prefix) yield [prefix, base];
    else for (const [name, module] of base.namedChildren()) yield [name, module];
    yield* Object.entries(head);
  }
}

/** What an output holds beside its result, for the output above it. */
export function recordedOf(output: BaseOutput): Recorded & Partial<Seq2SeqRecorded> {
  const { last_hidden_state: _, pooler_output: __, ...recorded } = output;
  return recorded;
}
