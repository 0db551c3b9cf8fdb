import {
  type CoarseKernel,
  type CoarseOperand,
  checkWgslName,
  type Spec,
  sizeOf,
  type WgslCall,
} from '@llm/tensor/backend';
import type { Binding, KernelPlan, Target } from '../kernel.ts';
import { nothing } from '../kernel.ts';
import { u32 } from './wgsl.ts';

/** What `enable` asks of the device. */
const featureOf: Readonly<Record<string, string>> = { f16: 'shader-f16', subgroups: 'subgroups' };
/** Dtypes that a shader sees element by element. */
const wholeWords: readonly string[] = ['f32', 'i32', 'u32'];

/** Whether a kernel of `defineOp` runs on these inputs; its definition does otherwise. */
export function supportsUserKernel(
  attributes: unknown,
  inputs: readonly Spec[],
  { features, limits }: Target,
): boolean {
  const { kernel, context } = attributes as WgslCall;
  const { maxStorageBuffersPerShaderStage: bindings = 8 } = limits;
  return (
    inputs.length < bindings &&
    [...inputs, context.output].every(({ dtype }) => wholeWords.includes(dtype)) &&
    (kernel.extensions ?? []).every((extension) => features.has(featureOf[extension]!))
  );
}

/**
 * The kernel that a program gave to `defineOp`, after declarations of its tensors' sizes and its constants.
 *
 * @throws RangeError for a grid that the device does not take, or a constant that WGSL has no literal for
 */
export function planUserKernel(kernel: CoarseKernel, target: Target): KernelPlan {
  const { name, kernel: own, context } = kernel.attributes as WgslCall;
  const output = kernel.outputs[0]!;
  if (sizeOf(output.shape) === 0) return nothing;
  const operands = [...kernel.inputs, output];
  const names = [...own.inputs, own.output];
  const bindings = operands.map(
    ({ dtype }, i): Binding => ({
      name: names[i]!,
      type: `array<${dtype}>`,
      access: i < kernel.inputs.length ? 'read' : 'write',
    }),
  );
  const declarations = [
    ...operands.flatMap((operand, i) => sizesOf(names[i]!, operand)),
    ...Object.entries(own.constants?.(context) ?? {}).map(([constant, value]) =>
      constantOf(name, constant, value),
    ),
  ];
  const step = {
    name,
    bindings,
    code: `${declarations.join('\n')}\n\n${own.code}`,
    userCode: own.code,
    enables: own.extensions ?? [],
    workgroups: gridOf(name, own.workgroups(context), target),
  };
  return {
    steps: [{ kernel: step, args: operands.map(({ buffer }) => buffer) }],
    scratchBytes: [],
  };
}

function sizesOf(name: string, { shape }: CoarseOperand): string[] {
  const size = `const ${name}_size = ${u32(sizeOf(shape))};`;
  if (shape.length === 0) return [size];
  return [size, `const ${name}_shape = array<u32, ${shape.length}>(${shape.map(u32).join(', ')});`];
}

function constantOf(operation: string, name: string, value: number): string {
  checkWgslName(`${operation}: constants`, name);
  if (!Number.isFinite(value)) {
    throw new RangeError(`${operation}: constant '${name}' is ${value}; want a finite number`);
  }
  return `const ${name} = ${value};`;
}

function gridOf(
  operation: string,
  workgroups: readonly number[],
  { limits }: Target,
): [x: number, y: number, z: number] {
  const { maxComputeWorkgroupsPerDimension: most = 65535 } = limits;
  const [x = 1, y = 1, z = 1] = workgroups;
  const grid: [number, number, number] = [x, y, z];
  const fits = grid.every((count) => Number.isInteger(count) && count >= 1 && count <= most);
  if (fits && workgroups.length >= 1 && workgroups.length <= 3) return grid;
  throw new RangeError(
    `${operation}: workgroups are [${workgroups.join(', ')}]; want one to three whole numbers from 1 to ${most}` +
      ' (maxComputeWorkgroupsPerDimension of this device): spread them over y, or let a thread do more',
  );
}
