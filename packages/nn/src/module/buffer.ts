import { type Tensor, Variable } from '@llm/tensor';

const buffers = new WeakSet<Variable>();

/**
 * State of a module that is saved with it and not trained: running statistics, counters. As a field of a
 * module it appears in `stateDict()` and in `namedBuffers()`, never in `parameters()`. (A constant that
 * need not be saved is a field that holds a plain tensor.)
 */
export function buffer(initial: Tensor): Variable {
  const variable = new Variable(initial, { trainable: false });
  buffers.add(variable);
  return variable;
}

/** Whether a variable was made by `buffer`. */
export function isBuffer(variable: Variable): boolean {
  return buffers.has(variable);
}
