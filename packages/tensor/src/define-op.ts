import { apply, type Node, type Op, type Spec } from './graph.ts';
import { checkOptions } from './ops/options.ts';
import { Tensor } from './tensor.ts';
import { checkWgslKernel, type WgslKernel } from './wgsl-kernel.ts';

/** What a gradient rule of one's own sees. */
export interface OpGradient<Attributes> {
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  /** The operation's result. */
  readonly output: Tensor;
  /** The gradient of the loss with respect to the result, of its shape. */
  readonly upstream: Tensor;
}

/** An operation of one's own. */
export interface OpDefinition<Attributes> {
  /** Shown in errors, plans and profiles. */
  readonly name: string;
  /** Shape and dtype of the result; throws if the inputs do not fit. Default: those of what `compute` gives. */
  readonly shape?: (inputs: readonly Spec[], attributes: Attributes) => Spec;
  /** The definition by other operations; the fuser makes few kernels of it. */
  readonly compute: (inputs: readonly Tensor[], attributes: Attributes) => Tensor;
  /** Gradients with respect to the inputs, undefined for none. Default: those of the definition. */
  readonly gradient?: (context: OpGradient<Attributes>) => readonly (Tensor | undefined)[];
  /** A kernel that computes the same on WebGPU; everywhere else `compute` runs. */
  readonly wgsl?: WgslKernel<Attributes>;
}

/**
 * Defines an operation: other operations under one name, with a gradient of one's own where that of the
 * definition is slow, unstable or not what is wanted, and a kernel of one's own for WebGPU where what the
 * compiler makes of the definition is not good enough.
 *
 * @example
 * const roundStraight = defineOp({
 *   name: 'roundStraight',
 *   compute: ([x]) => x.round(),
 *   gradient: ({ upstream }) => [upstream], // as if it were the identity
 * });
 * const y = roundStraight([x]);
 * @throws TypeError for an unknown part, or a kernel with names that WGSL does not take. WGSL that does not compile
 * rejects the first read of a result with a `ShaderError` of `@llm/kernels-webgpu`, which names the line.
 */
export function defineOp<Attributes = undefined>(
  definition: OpDefinition<Attributes>,
): (inputs: readonly Tensor[], attributes?: Attributes) => Tensor {
  checkOptions('defineOp', definition, ['name', 'shape', 'compute', 'gradient', 'wgsl']);
  if (definition.wgsl) checkWgslKernel(definition.name, definition.wgsl);
  const op = toOp(definition);
  return (inputs, attributes) => {
    const nodes = inputs.map((input) => input.node);
    return new Tensor(apply(op, nodes, attributes as Attributes));
  };
}

function toOp<Attributes>(definition: OpDefinition<Attributes>): Op<Attributes> {
  const { name, shape, compute, gradient, wgsl } = definition;
  const compose = (inputs: readonly Node[], attributes: Attributes) =>
    compute(tensors(inputs), attributes).node;
  const op: Op<Attributes> = {
    name,
    kind: 'composite',
    userDefined: true,
    infer: (inputs, attributes) => {
      if (wgsl && wgsl.inputs.length !== inputs.length) {
        throw new RangeError(
          `${name}: got ${inputs.length} inputs, want ${wgsl.inputs.length}: ${wgsl.inputs.join(', ')}`,
        );
      }
      return shape ? shape(inputs, attributes) : compose(inputs as readonly Node[], attributes);
    },
    compose,
    ...(wgsl && { wgsl }),
  };
  if (!gradient) return op;
  return {
    ...op,
    gradient: ({ inputs, attributes, outputs, gradient: upstream }) => {
      const found = gradient({
        inputs: tensors(inputs),
        attributes,
        output: new Tensor(outputs[0]!),
        upstream: new Tensor(upstream),
      });
      if (found.length !== inputs.length) {
        throw new RangeError(
          `${name}: its gradient gives ${found.length} tensors, want one for each of ${inputs.length} inputs (undefined for none)`,
        );
      }
      return found.map((tensor) => tensor?.node);
    },
  };
}

function tensors(nodes: readonly Node[]): Tensor[] {
  return nodes.map((node) => new Tensor(node));
}
