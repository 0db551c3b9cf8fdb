import type { Environment } from '@huggingface/jinja';
import { ChatTemplateError } from './error.ts';
import { limitedInterpreter } from './limited-interpreter.ts';
import type { ChatTemplateLimits } from './limits.ts';
import { Meter } from './meter.ts';
import { strftime } from './strftime.ts';

type Jinja = typeof import('@huggingface/jinja');
type Program = ReturnType<Jinja['parse']>;

/** The engine's lexer takes quadratic time in runs of white space. */
const LONG_SPACE = /\s{2000}/u;

/** A template that is ready to be rendered. */
export class CompiledTemplate {
  readonly #jinja: Jinja;
  readonly #program: Program;
  readonly #limits: Required<ChatTemplateLimits>;

  private constructor(jinja: Jinja, program: Program, limits: Required<ChatTemplateLimits>) {
    this.#jinja = jinja;
    this.#program = program;
    this.#limits = limits;
  }

  /**
   * Loads the template engine and parses a template.
   *
   * @param template - Jinja text.
   * @param limits - What it may use.
   * @throws ChatTemplateError if it is too long or malformed.
   */
  static async compile(
    template: string,
    limits: Required<ChatTemplateLimits>,
  ): Promise<CompiledTemplate> {
    if (template.length > limits.template || LONG_SPACE.test(template)) {
      throw new ChatTemplateError(
        `chat template: ${template.length} characters, or 2000 spaces in a row; the limit is ${limits.template} (limits.template)`,
      );
    }
    const jinja = await import('@huggingface/jinja');
    return typed('cannot be parsed', () => {
      const tokens = jinja.tokenize(template, { lstrip_blocks: true, trim_blocks: true });
      return new CompiledTemplate(jinja, jinja.parse(tokens), limits);
    });
  }

  /**
   * Renders the template.
   *
   * @param variables - What the template may read: JSON values.
   * @param now - What `strftime_now` prints.
   * @throws ChatTemplateError if the template fails, refuses its input, or goes over a limit.
   */
  render(variables: Readonly<Record<string, unknown>>, now = new Date()): string {
    const meter = new Meter(this.#limits);
    return typed('failed', () => {
      const globals = setGlobals(new this.#jinja.Environment(), meter, now);
      const environment = new this.#jinja.Environment(globals);
      for (const [name, value] of Object.entries(variables)) environment.set(name, value);
      const interpreter = limitedInterpreter(this.#jinja, environment, meter);
      return String(interpreter.run(this.#program).value);
    });
  }
}

/** The names that Jinja, and transformers beyond it, give to every template. */
function setGlobals(environment: Environment, meter: Meter, now: Date): Environment {
  for (const [name, value] of [
    ['true', true],
    ['false', false],
    ['none', null],
  ] as const) {
    environment.set(name, value);
    environment.set(name.charAt(0).toUpperCase() + name.slice(1), value);
  }
  environment.set('raise_exception', (message: unknown) => {
    throw new ChatTemplateError(`chat template: refused the conversation: ${String(message)}`);
  });
  environment.set('strftime_now', (format: unknown) => strftime(now, String(format)));
  environment.set('range', (first: number, second?: number, step = 1) => {
    const [start, stop] = second === undefined ? [0, first] : [first, second];
    const length = Math.max(0, Math.ceil((stop - start) / step));
    meter.checkRange(length);
    return Array.from({ length }, (_, index) => start + index * step);
  });
  return environment;
}

/** Whatever the engine throws (stack overflow and too long strings too) becomes one kind of error. */
function typed<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ChatTemplateError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ChatTemplateError(`chat template: ${what}: ${reason}`, { cause: error });
  }
}
