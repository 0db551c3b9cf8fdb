/**
 * What the page and its worker say to each other. An operation is a function of the worker that takes one value
 * and gives one; while it runs it may tell events, and it may be cancelled.
 *
 * @module
 */

/** What an operation gets beside its input. */
export interface Context<Event = never> {
  /** Aborted when the page has cancelled the operation. */
  readonly signal: AbortSignal;
  /** Tells the page something before the result. */
  emit(event: Event): void;
}

/** An operation of the worker. Input, events and output are cloned on their way. */
export type Operation<Input, Output, Event = never> = (
  input: Input,
  context: Context<Event>,
) => Promise<Output>;

/** What the page sends. */
export type Request =
  /** Before the first call: another hub than the usual one, such as a mirror. */
  | { readonly kind: 'configure'; readonly hub: string }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly operation: string;
      readonly input: unknown;
    }
  | { readonly kind: 'cancel'; readonly id: number };

/** What the worker answers. */
export type Reply =
  | { readonly kind: 'event'; readonly id: number; readonly event: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly problem: Problem };

/** An error on its way from the worker; classes do not survive cloning. */
export interface Problem {
  /** The error's class: `HubError`, `WrongInputError`, … */
  readonly name: string;
  /** What is wrong and what to do. */
  readonly message: string;
  /** What callers branch on, where the class has it. */
  readonly code?: string;
  /** Where it was thrown, for reports. */
  readonly stack?: string;
}

/** An error as it is sent. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name, message, ...(code && { code }), ...(stack && { stack }) };
}

/** An operation of the worker failed. */
export class OperationError extends Error {
  override readonly name = 'OperationError';
  /** What the worker reported. */
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}
