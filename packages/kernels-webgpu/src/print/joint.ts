/**
 * Kernels that do not need one another as one shader, which gives each of them a range of the workgroups: one launch
 * instead of several. A branch on the workgroup's number is uniform, so barriers inside the parts stay allowed.
 *
 * @module
 */
import { type JointKernel, type SingleKernel, sizeOf } from '@llm/tensor/backend';
import { type Binding, gridOf, type KernelPlan, type KernelStep, type Target } from '../kernel.ts';

/** Parts of one shader: the more there are, the longer it takes to compile. */
const MOST_PARTS = 6;
/** Rows up to which a product is a matter of its launch and of reading the matrix once. */
const MOST_ROWS = 8;
/** Points up to which a loop is. */
const MOST_POINTS = 1 << 16;

const HEAD =
  /@compute @workgroup_size\((\d+)\)\nfn main\(@builtin\(workgroup_id\) group: vec3u, @builtin\(local_invocation_index\) thread: u32\) \{/;

type Print = (kernel: SingleKernel) => KernelPlan;

/** Whether kernels are short, and fit into one shader. */
export function canJoin(joint: JointKernel, print: Print, target: Target): boolean {
  const kernels = joint.parts.map(({ kernel }) => kernel);
  if (kernels.length > MOST_PARTS || !kernels.every(isShort)) return false;
  const { printed: steps } = stepsOf(joint, print);
  const needsScratch = kernels.some((kernel) => print(kernel).scratchBytes.length > 0);
  if (steps.length !== kernels.length || needsScratch) return false;
  const { limits } = target;
  const memory = steps.reduce((sum, { kernel }) => sum + workgroupBytes(kernel.code), 0);
  const sizes = steps.map(({ kernel }) => threadsOf(kernel.code));
  const threads = Math.max(...sizes);
  return (
    shareBindings(steps).bindings.length <= (limits.maxStorageBuffersPerShaderStage ?? 8) &&
    memory <= (limits.maxComputeWorkgroupStorageSize ?? 16384) &&
    kernels.every(({ buffers: own }) =>
      own.every(({ size }) => 4 * size <= (limits.maxStorageBufferBindingSize ?? 1 << 27)),
    ) &&
    // Who takes part in a barrier must be all of a workgroup.
    steps.every(({ kernel }, i) => sizes[i] === threads || !kernel.code.includes('Barrier()'))
  );
}

/** Whether what a kernel does is little beside its launch. */
function isShort(kernel: SingleKernel): boolean {
  if (kernel.kind === 'matmul') return sizeOf([...kernel.batch, kernel.rows]) <= MOST_ROWS;
  if (kernel.kind === 'loop') return sizeOf(kernel.axes) <= MOST_POINTS;
  const [, update] = kernel.inputs;
  return kernel.operation === 'updateSlice' && sizeOf(update!.shape) <= MOST_POINTS;
}

/** Prints kernels that `canJoin`. Copies, which mostly fall away, come before. */
export function printJoint(joint: JointKernel, print: Print, target: Target): KernelPlan {
  const { copies, printed } = stepsOf(joint, print);
  const { bindings, args, names } = shareBindings(printed);
  const codes = printed.map(({ kernel }, part) =>
    renamed(kernel.code.replace(HEAD, 'fn main(group: vec3u, thread: u32) {'), names[part]!),
  );
  const threads = Math.max(...printed.map(({ kernel }) => threadsOf(kernel.code)));
  const ranges = printed.map(({ kernel: { workgroups } }) => workgroups[0] * workgroups[1]);
  const workgroups = gridOf(
    ranges.reduce((sum, count) => sum + count, 0),
    target,
  );
  const main = `@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var number = group.x + group.y * ${workgroups[0]}u;
${printed.map((step, part) => callOf(step, part, threads)).join('\n')}
}`;
  const enables = [...new Set(printed.flatMap(({ kernel }) => kernel.enables ?? []))];
  const kernel = {
    ...{ name: joint.name, bindings, code: [...codes, main].join('\n\n'), workgroups },
    ...(enables.length > 0 && { enables }),
  };
  return { steps: [...copies, { kernel, args }], scratchBytes: [] };
}

/** The steps of all parts, by the joint kernel's buffers. */
function stepsOf(
  { parts }: JointKernel,
  print: Print,
): Readonly<Record<'copies' | 'printed', readonly KernelStep[]>> {
  const all = parts.flatMap(({ kernel, locals }) =>
    print(kernel).steps.map((step) => ({ ...step, args: step.args.map((arg) => locals[arg]!) })),
  );
  return {
    copies: all.filter(({ onlyCopies }) => onlyCopies),
    printed: all.filter(({ onlyCopies }) => !onlyCopies),
  };
}

/** What one shader of these steps binds: once what several read alike. `names` are new ones for each step's code. */
function shareBindings(steps: readonly KernelStep[]): {
  readonly bindings: readonly Binding[];
  readonly args: readonly number[];
  readonly names: readonly ReadonlyMap<string, string>[];
} {
  const bindings: Binding[] = [];
  const args: number[] = [];
  const names = steps.map(({ kernel, args: own }, part) => {
    const renames = new Map(moduleNames(kernel.code).map((each) => [each, `${each}_${part}`]));
    kernel.bindings.forEach((binding, i) => {
      const same = bindings.findIndex(
        ({ type, access }, j) =>
          args[j] === own[i] && type === binding.type && access === binding.access,
      );
      const shared = same < 0 ? `${binding.name}_${part}` : bindings[same]!.name;
      renames.set(binding.name, shared);
      if (same >= 0) return;
      bindings.push({ ...binding, name: shared });
      args.push(own[i]!);
    });
    return renames;
  });
  return { bindings, args, names };
}

/** Hands a range of workgroups to a part, which sees them numbered as in a launch of its own. */
function callOf({ kernel }: KernelStep, part: number, threads: number): string {
  const [x, y] = kernel.workgroups;
  const own = threadsOf(kernel.code);
  const call = `main_${part}(vec3u(number % ${x}u, number / ${x}u, 0u), thread);`;
  const guarded = own === threads ? call : `if (thread < ${own}u) { ${call} }`;
  return `  if (number < ${x * y}u) { ${guarded} return; }
  number -= ${x * y}u;`;
}

function threadsOf(code: string): number {
  const head = HEAD.exec(code);
  if (!head) throw new Error('internal: a shader without the usual entry point cannot be joined');
  return Number(head[1]);
}

/** Names at module level: functions, constants, workgroup memory. */
function moduleNames(code: string): string[] {
  const declared = code.matchAll(/^(?:fn|const|struct|alias|var<\w+>)\s+(\w+)/gm);
  return [...declared].map(([, name]) => name!);
}

function renamed(code: string, names: ReadonlyMap<string, string>): string {
  return code.replace(/(?<![\w.])[A-Za-z_]\w*/g, (word) => names.get(word) ?? word);
}

/** Bytes of workgroup memory that a shader declares. */
function workgroupBytes(code: string): number {
  const bytes: Readonly<Record<string, number>> = { f32: 4, i32: 4, u32: 4, vec4f: 16 };
  return [...code.matchAll(/^var<workgroup>\s+\w+: (?:array<)?(\w+)(?:, (\d+)>)?;/gm)].reduce(
    (sum, [, type, count]) => sum + (bytes[type!] ?? Number.POSITIVE_INFINITY) * Number(count ?? 1),
    0,
  );
}
