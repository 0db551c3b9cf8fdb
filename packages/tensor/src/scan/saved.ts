import { gradients } from '../autograd.ts';
import { isFloat } from '../dtype.ts';
import { leaf, type Node, pick, topologicalOrder } from '../graph.ts';
import * as leaves from '../ops/leaf.ts';
import type { ScanBody } from './attributes.ts';
import { pickId } from './close.ts';

/**
 * The values of a scan's body that its gradient reads: they are stacked over the steps, the gradient's scan takes
 * them from there. Views of a value, and what depends on nothing but the number of the step (random masks), are
 * made again instead.
 *
 * @param step the parameter that holds the number of the step, if the body has one
 */
export function savedValues(body: ScanBody, step: Node | undefined): Node[] {
  const outputs = [...body.next, ...body.results].filter(({ dtype }) => isFloat(dtype));
  const parameters = [...body.carries, ...body.elements, ...body.captured];
  const upstream = outputs.map((output, index) => leaf(leaves.input, { index }, output));
  const wrt = parameters.filter(({ differentiable, dtype }) => differentiable && isFloat(dtype));
  const found = gradients(outputs, upstream, wrt, { independent: true });
  const forward = topologicalOrder([...body.next, ...body.results]);
  const varying = new Set(body.carries);
  for (const element of body.elements) if (element !== step) varying.add(element);
  for (const node of forward) {
    if (node.inputs.some((input) => varying.has(input))) varying.add(node);
  }
  const isForward = new Set(forward);
  const roots = found.filter((node) => node !== undefined);
  const reached = topologicalOrder(roots, (node) => isForward.has(node));
  const saved = new Set<Node>();
  const picks = new Map<string, Node>();
  const visit = (node: Node): void => {
    if (!varying.has(node) || saved.has(node)) return;
    const isElement = node.inputs.length === 0 && !body.carries.includes(node);
    if (isElement) return;
    const isView = node.op.kind === 'movement' && node.inputs[0]!.outputs.length === 1;
    if (isView) visit(node.inputs[0]!);
    else if (node.op === (pick as unknown)) picks.set(pickId(node), node);
    else if (node.outputs.length === 1) saved.add(node);
  };
  for (const node of reached) {
    // The gradient of an operation with several outputs picks from them itself.
    const isPick = node.op === (pick as unknown) && isForward.has(node.inputs[0]!);
    if (!isPick) {
      if (isForward.has(node)) visit(node);
    } else if (varying.has(node.inputs[0]!)) picks.set(pickId(node), node);
  }
  return [...saved, ...picks.values()];
}
