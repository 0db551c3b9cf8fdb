import { apply, inScope, leaf, type Node, pick, topologicalOrder } from '../graph.ts';
import { detach, detachOp } from '../ops/detach.ts';
import * as leaves from '../ops/leaf.ts';

/** A graph whose leaves are parameters. */
interface Closed {
  readonly outputs: readonly Node[];
  /** Values from outside that it needs, each with the parameter that stands for it. */
  readonly captured: readonly { readonly outer: Node; readonly parameter: Node }[];
}

/** What `close` needs to know. */
interface CloseOptions {
  /** Leaves that stay. */
  readonly parameters: ReadonlySet<Node>;
  /** Nodes to put in the place of others, before anything else is asked of these. */
  readonly replaced?: ReadonlyMap<Node, Node>;
  /** Nodes up to this id were made outside. */
  readonly outside: number;
}

/**
 * Makes a graph self-contained: what comes from outside, and what does not depend on the parameters at all (it
 * would be computed again at every step), becomes a parameter too. Views and constants stay inside: they cost
 * nothing there.
 */
export function close(outputs: readonly Node[], options: CloseOptions): Closed {
  return new Closing(options).run(outputs);
}

class Closing {
  readonly #parameters = new Map<Node, Node>();
  readonly #copies = new Map<Node, Node>();
  /** What does not depend on the parameters, as it is computed outside. */
  readonly #outside = new Map<Node, Node>();
  readonly #depends = new Map<Node, boolean>();
  readonly #picks = new Map<string, Node>();

  constructor(readonly options: CloseOptions) {
    for (const [node, by] of options.replaced ?? []) {
      if (node.op === (pick as unknown)) this.#picks.set(pickId(node), by);
    }
  }

  run(outputs: readonly Node[]): Closed {
    const roots = outputs.map((node) => this.#sourceOf(node));
    const order = this.#order(roots);
    for (const node of order) this.#depends.set(node, this.#isDependent(node));
    for (const node of order) this.#copies.set(node, this.#copyOf(node));
    return {
      outputs: roots.map((root) => this.#copies.get(root)!),
      captured: [...this.#parameters].map(([outer, parameter]) => ({ outer, parameter })),
    };
  }

  /** What stands in a node's place; picks of the same output are the same. */
  #sourceOf(node: Node): Node {
    const { replaced } = this.options;
    if (!replaced) return node;
    const found =
      replaced.get(node) ?? (node.op === (pick as unknown) && this.#picks.get(pickId(node)));
    return found || node;
  }

  /** Inputs before users, replaced nodes left out. */
  #order(roots: readonly Node[]): Node[] {
    const order: Node[] = [];
    const seen = new Set<Node>();
    const stack = roots.map((node) => ({ node, next: 0 })).reverse();
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next === 0 && seen.has(top.node)) {
        stack.pop();
        continue;
      }
      seen.add(top.node);
      const input = this.#isGiven(top.node) ? undefined : top.node.inputs[top.next++];
      if (!input) {
        order.push(top.node);
        stack.pop();
        continue;
      }
      const source = this.#sourceOf(input);
      if (!seen.has(source)) stack.push({ node: source, next: 0 });
    }
    return order;
  }

  /** Whether a node is taken as it is: a parameter, or a value from outside. */
  #isGiven(node: Node): boolean {
    return (
      this.options.parameters.has(node) ||
      node.id <= this.options.outside ||
      node.storage !== undefined ||
      node.op.kind === 'leaf'
    );
  }

  #isDependent(node: Node): boolean {
    if (this.options.parameters.has(node)) return true;
    if (this.#isGiven(node)) return false;
    return node.inputs.some((input) => this.#depends.get(this.#sourceOf(input)));
  }

  #copyOf(node: Node): Node {
    if (this.options.parameters.has(node)) return node;
    const isGiven = this.#isGiven(node);
    const inputs = isGiven ? [] : node.inputs.map((input) => this.#sourceOf(input));
    // A computed node has dropped its inputs.
    const isView = node.op.kind === 'movement' && node.inputs[0]?.outputs.length === 1;
    const staysInside = !isGiven && (isView || inputs.length === 0);
    if (!this.#depends.get(node)) {
      const outer = isGiven
        ? node
        : reapply(
            node,
            inputs.map((input) => this.#outside.get(input)!),
          );
      this.#outside.set(node, outer);
      // What has several outputs is not a value; these are captured one by one.
      if (!staysInside) return outer.outputs.length > 1 ? outer : this.#parameterFor(outer);
    }
    return reapply(
      node,
      inputs.map((input) => this.#copies.get(input)!),
    );
  }

  #parameterFor(outer: Node): Node {
    const known = this.#parameters.get(outer);
    if (known) return known;
    const index = this.#parameters.size;
    const { differentiable } = outer;
    const parameter = leaf(leaves.input, { index }, outer, { differentiable });
    this.#parameters.set(outer, parameter);
    return parameter;
  }
}

/** Equal for picks of the same output. */
export function pickId({ inputs, attributes }: Node): string {
  return `${inputs[0]!.id}.${(attributes as { index: number }).index}`;
}

/** A graph's outputs with other values in the place of its parameters. */
export function instantiate(outputs: readonly Node[], values: ReadonlyMap<Node, Node>): Node[] {
  const copies = new Map(values);
  for (const node of topologicalOrder(outputs, (reached) => values.has(reached))) {
    if (copies.has(node)) continue;
    copies.set(
      node,
      reapply(
        node,
        node.inputs.map((input) => copies.get(input)!),
      ),
    );
  }
  return outputs.map((output) => copies.get(output)!);
}

/** The same operation on other inputs. */
function reapply(node: Node, inputs: readonly Node[]): Node {
  if (inputs.every((input, i) => input === node.inputs[i])) return node;
  if (node.op === (detachOp as unknown)) return detach(inputs[0]!, node.differentiable);
  return inScope(node.scope, () => apply(node.op, inputs, node.attributes));
}
