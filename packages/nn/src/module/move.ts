import {
  become,
  type DType,
  dtypes,
  isFloat,
  realize,
  Tensor,
  toDevice,
  Variable,
} from '@llm/tensor';

/** Where variables go, and as what: the name of a device, a dtype, or both, as in PyTorch's `to`. */
export type MoveTarget = DType | (string & {});

/** What a module has to show to be moved. */
interface Movable {
  namedVariables(): Iterable<readonly [string, Variable]>;
  namedModules(): Iterable<readonly [string, object]>;
}

/**
 * Moves a module's variables, each as soon as it is read, so that little is held twice, and its constants: fields that
 * hold plain tensors, which keep their dtype. What is quantized keeps its codes.
 *
 * @throws TypeError for a dtype that is not of floats, or of a quantized variable; nothing has changed then
 */
export async function move(module: Movable, targets: readonly MoveTarget[]): Promise<void> {
  const variables = new Set(Array.from(module.namedVariables(), ([, variable]) => variable));
  const dtype = targets.find((target): target is DType => dtypes.includes(target as DType));
  const device = targets.find((target) => !dtypes.includes(target as DType));
  if (targets.length === 0 || targets.length > Number(!!dtype) + Number(!!device)) {
    throw new TypeError(
      `to: wants a device, a dtype, or both: got ${targets.join(', ') || 'nothing'}`,
    );
  }
  if (dtype) checkDtype(dtype, variables);
  for (const variable of variables) {
    variable.zeroGrad();
    for (const part of partsOf(variable)) {
      const isCast = dtype !== undefined && part === variable && isFloat(part.dtype);
      const value = isCast ? part.detach().to(dtype) : part.detach();
      const moved = device === undefined ? value : await toDevice(value, device);
      await realize(moved);
      become(part, moved);
    }
  }
  if (device === undefined) return;
  for (const [, part] of module.namedModules()) {
    for (const [name, value] of Object.entries(part)) {
      if (!(value instanceof Tensor) || value instanceof Variable) continue;
      Reflect.set(part, name, await toDevice(value, device));
    }
  }
}

/** The variable, or the variables that hold a quantized one's numbers. */
function partsOf(variable: Variable): Variable[] {
  const { codes, scales, offsets } = variable.quantized ?? {};
  const parts = [codes, scales, offsets].filter(
    (part): part is Variable => part instanceof Variable,
  );
  return parts.length > 0 ? parts : [variable];
}

function checkDtype(dtype: DType, variables: ReadonlySet<Variable>): void {
  if (!isFloat(dtype)) throw new TypeError(`to: wants f32, f16 or bf16: got ${dtype}`);
  const quantized = [...variables].find((variable) => variable.quantized);
  if (!quantized) return;
  throw new TypeError(
    `to: variable ${quantized.name || '(unnamed)'} is quantized and has no dtype to change; load the model with dtype '${dtype}' instead`,
  );
}
