import { ChatTemplateError } from './error.ts';
import type { ChatTemplateLimits } from './limits.ts';

/** A value of the template engine, as far as its size is concerned. */
export interface RuntimeValue {
  /** Name of its class. */
  type: string;
  /** Text, number, list, or map. */
  value: unknown;
}

/** Nesting beyond this is a cycle, or as good as one. */
const MAX_DEPTH = 500;
/** Characters whose handling takes about as long as one step. */
const CHARACTERS_PER_STEP = 256;

/** Adds up what a template uses, and stops it at its limits. */
export class Meter {
  readonly #limits: Required<ChatTemplateLimits>;
  #steps: number;
  /** Sizes of lists and objects, which never change once they are made. */
  readonly #sizes = new WeakMap<RuntimeValue, number>();

  /** @param limits - The limits. */
  constructor(limits: Required<ChatTemplateLimits>) {
    this.#limits = limits;
    this.#steps = limits.steps;
  }

  /** Counts work. @throws ChatTemplateError when there was too much. */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw this.#exceeded('steps');
  }

  /** Counts and bounds a value that was made. @throws ChatTemplateError if it is too large. */
  check(value: RuntimeValue): void {
    if (value.type === 'StringValue') {
      const { length } = value.value as string;
      if (length > this.#limits.output) throw this.#exceeded('output');
      this.spend(length / CHARACTERS_PER_STEP);
    } else if (isContainer(value)) {
      this.checkRange(childCount(value));
      // A small list of shared lists may print as text without end.
      if (this.#size(value, 0).nodes > this.#limits.output) throw this.#exceeded('output');
    }
  }

  /** Counts that the elements of a list are gone through. @throws ChatTemplateError as {@link spend}. */
  spendElements(value: RuntimeValue, stepsEach: number): void {
    if (isContainer(value)) this.spend(childCount(value) * stepsEach);
  }

  /** Bounds the length of a list. @throws ChatTemplateError if it is too long. */
  checkRange(length: number): void {
    if (!(length <= this.#limits.range)) throw this.#exceeded('range');
  }

  /** Values in a tree, shared ones counted each time, and whether that can no longer change. */
  #size(value: RuntimeValue, depth: number): { nodes: number; final: boolean } {
    if (!isContainer(value)) return { nodes: 1, final: true };
    const known = this.#sizes.get(value);
    if (known !== undefined) return { nodes: known, final: true };
    if (depth > MAX_DEPTH) {
      throw new ChatTemplateError(`chat template: values nested deeper than ${MAX_DEPTH}`);
    }
    let nodes = 1;
    let final = value.type !== 'NamespaceValue';
    for (const child of childrenOf(value)) {
      this.spend(1);
      const size = this.#size(child, depth + 1);
      nodes += size.nodes;
      final &&= size.final;
    }
    if (final) this.#sizes.set(value, nodes);
    return { nodes, final };
  }

  #exceeded(name: keyof ChatTemplateLimits): ChatTemplateError {
    return new ChatTemplateError(
      `chat template: stopped at the limit of ${this.#limits[name]} (${name}); if you trust the template, raise limits.${name}`,
    );
  }
}

function isContainer(value: RuntimeValue): boolean {
  return Array.isArray(value.value) || value.value instanceof Map;
}

function childCount(value: RuntimeValue): number {
  return value.value instanceof Map ? value.value.size : (value.value as RuntimeValue[]).length;
}

function childrenOf(value: RuntimeValue): RuntimeValue[] {
  return value.value instanceof Map ? [...value.value.values()] : (value.value as RuntimeValue[]);
}
