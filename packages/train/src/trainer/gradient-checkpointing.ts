import { type Module, rematerialize, Tensor } from '@llm/nn';

/**
 * Gradient checkpointing: from now on the layers of a model keep nothing but their inputs for the backward pass, which
 * computes them again, dropout included. About a third more time for a fraction of the memory; losses and gradients
 * stay the same.
 *
 * Layers are the modules that stand in lists (`layers`, `h`, `block`), as in every family. A call that wants attention
 * weights, and one outside training, computes as before.
 *
 * @returns a function that ends it
 * @throws TypeError for a model without a list of modules
 */
export function gradientCheckpointing(model: Module): () => void {
  const layers = [...model.namedModules()].filter(([path]) => /(^|\.)\d+$/.test(path));
  const outermost = layers.filter(
    ([path]) => !layers.some(([other]) => path.startsWith(`${other}.`)),
  );
  if (outermost.length === 0) {
    throw new TypeError(
      `gradientCheckpointing: ${model.constructor.name} has no layers to compute again: they are the modules in a field that is an array; use rematerialize in its forward`,
    );
  }
  const removals = outermost.map(([path, layer]) =>
    layer.wrapForward((inputs, forward) => {
      if (!layer.training || inputs.some(collectsTensors)) return forward(...inputs);
      return again(path, inputs, forward);
    }),
  );
  return () => {
    for (const remove of removals) remove();
  };
}

/** `forward(...inputs)`, rematerialized: tensors wherever they are among the inputs become arguments. */
function again(
  path: string,
  inputs: readonly unknown[],
  forward: (...inputs: readonly unknown[]) => unknown,
): Tensor {
  const found = new Set<Tensor>();
  for (const input of inputs) exchange(input, (tensor) => found.add(tensor) && tensor);
  const tensors = [...found];
  const run = rematerialize((...args: readonly Tensor[]) => {
    const output = forward(
      ...inputs.map((input) => exchange(input, (tensor) => args[tensors.indexOf(tensor)]!)),
    );
    if (output instanceof Tensor) return output;
    throw new TypeError(
      `gradientCheckpointing: layer ${path} must return one tensor; use rematerialize in its forward`,
    );
  });
  return run(...tensors);
}

/** A copy of a value with other tensors, in plain objects too. */
function exchange(value: unknown, change: (tensor: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return change(value);
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, exchange(part, change)]),
  );
}

/** Whether a layer shall put tensors into a list of the caller's, which a second computation must not do. */
function collectsTensors(value: unknown): boolean {
  if (!isPlain(value)) return false;
  return Object.values(value).some((part) => Array.isArray(part) || collectsTensors(part));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
