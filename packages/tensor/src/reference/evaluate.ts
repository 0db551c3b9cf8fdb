import { type DType, isFloat, roundTo } from '../dtype.ts';
import { type Node, type Spec, topologicalOrder } from '../graph.ts';
import { format, sizeOf } from '../shape.ts';
import { leafRules } from './leaf.ts';
import type { Operand, Rule } from './operand.ts';
import { rules } from './rules.ts';

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Round floats to their dtype after each operation (default), or keep doubles for finite differences. */
  readonly round?: boolean;
  /** Values of nodes that the graph does not hold (inputs, variables) or that are to be replaced. */
  readonly values?: ReadonlyMap<Node, ArrayLike<number>>;
  /** Called with each operation's node and its outputs, in order of evaluation; for finding a first bad value. */
  readonly onValue?: (node: Node, outputs: readonly Float64Array[]) => void;
}

/**
 * The oracle: evaluates the graph as it was built, op by op, in double precision. Composites go by their
 * definition. Integers wrap around at 32 bits (narrow ones at their width), as on every device.
 *
 * @returns the elements of each node in row-major order
 */
export function evaluate(nodes: readonly Node[], options: EvaluateOptions = {}): Float64Array[] {
  const known = new Map<Node, readonly Float64Array[]>();
  for (const [node, values] of options.values ?? []) {
    if (values.length !== sizeOf(node.shape)) {
      throw new RangeError(
        `reference: got ${values.length} values for a ${node.op.name} of shape ${format(node.shape)}`,
      );
    }
    known.set(node, [Float64Array.from(values)]);
  }
  evaluateInto(known, nodes, options);
  return nodes.map((node) => known.get(node)![0]!);
}

function evaluateInto(
  known: Map<Node, readonly Float64Array[]>,
  nodes: readonly Node[],
  options: EvaluateOptions,
): void {
  for (const node of topologicalOrder(nodes, (reached) => known.has(reached))) {
    if (known.has(node)) continue;
    const outputs = outputsOf(node, known, options);
    known.set(node, outputs);
    options.onValue?.(node, outputs);
  }
}

function outputsOf(
  node: Node,
  known: Map<Node, readonly Float64Array[]>,
  options: EvaluateOptions,
): readonly Float64Array[] {
  const { op, inputs, attributes } = node;
  if (op.name === 'pick') {
    return [known.get(inputs[0]!)![(attributes as { index: number }).index]!];
  }
  if (node.storage && inputs.length === 0 && !Object.hasOwn(leafRules, op.name)) {
    throw new Error(
      `reference: this ${op.name} was computed on a device and let its inputs go; give its value in options.values`,
    );
  }
  if (op.compose) {
    const composed = op.compose(inputs, attributes);
    const outputs = Array.isArray(composed) ? (composed as Node[]) : [composed as Node];
    outputs.forEach((output, i) => {
      checkSpec(node, output, node.outputs[i]!);
    });
    evaluateInto(known, outputs, options);
    return outputs.map((output) => known.get(output)![0]!);
  }
  if (!Object.hasOwn(rules, op.name)) throw new Error(`reference: no rule for ${op.name}`);
  const rule = rules[op.name as keyof typeof rules] as Rule<unknown>;
  const operands = inputs.map(
    (input): Operand => ({
      shape: input.shape,
      dtype: input.dtype,
      values: known.get(input)![0]!,
    }),
  );
  const result = rule(operands, attributes, node.outputs);
  const outputs = result instanceof Float64Array ? [result] : result;
  return outputs.map((values, i) => store(values, node.outputs[i]!.dtype, options.round ?? true));
}

/** What a tensor of this dtype keeps of the values. */
function store(values: Float64Array, dtype: DType, round: boolean): Float64Array {
  if (isFloat(dtype)) return round ? values.map((value) => roundTo(dtype, value)) : values;
  return values.map((value) => wrap(dtype, value));
}

function wrap(dtype: DType, value: number): number {
  switch (dtype) {
    case 'i32':
      return value | 0;
    case 'u32':
      return value >>> 0;
    case 'u8':
      return value & 0xff;
    case 'i8':
      return (value << 24) >> 24;
    default:
      return value ? 1 : 0;
  }
}

function checkSpec(node: Node, { shape, dtype }: Node, promised: Spec): void {
  if (dtype !== promised.dtype || format(shape) !== format(promised.shape)) {
    throw new Error(
      `${node.op.name}: its definition gives ${dtype} ${format(shape)}, its shape rule ${promised.dtype} ${format(promised.shape)}`,
    );
  }
}
