import { Tensor } from './tensor.ts';

/** Tensors, alone or in arrays and plain objects, among other values. */
type Tree = unknown;

/** The tensors of a tree in a fixed order. */
export function tensorsOf(tree: Tree): Tensor[] {
  if (tree instanceof Tensor) return [tree];
  if (Array.isArray(tree)) return tree.flatMap(tensorsOf);
  if (isPlain(tree)) return Object.keys(tree).flatMap((key) => tensorsOf(tree[key]));
  return [];
}

/** The same tree with each tensor replaced. */
export function mapTensors(tree: Tree, change: (tensor: Tensor) => unknown): unknown {
  if (tree instanceof Tensor) return change(tree);
  if (Array.isArray(tree)) return tree.map((part) => mapTensors(part, change));
  if (isPlain(tree)) {
    return Object.fromEntries(Object.keys(tree).map((key) => [key, mapTensors(tree[key], change)]));
  }
  return tree;
}

/** Whether a value is an object literal. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}
