import type { Module } from '../module.ts';

/** A module as a picture shows it. */
export interface StructureNode {
  /** Name in its parent; `0–11` for several alike. */
  readonly name: string;
  readonly className: string;
  /** Shapes of its own parameters: `weight [768, 768]`. */
  readonly shapes: readonly string[];
  /** Number of trained numbers, with all below it, of each of the alike. */
  readonly parameters: number;
  /** How many alike stand one after the other. */
  readonly count: number;
  readonly children: readonly StructureNode[];
}

/** The tree of modules below `module`; neighbours alike in class, shapes and children are one node. */
export function structureOf(module: Module, name = ''): StructureNode {
  const children: StructureNode[] = [];
  for (const [key, child] of module.namedChildren()) {
    const node = structureOf(child, key);
    const last = children.at(-1);
    if (last && formOf(last) === formOf(node)) {
      children[children.length - 1] = {
        ...last,
        name: `${last.name.split('–')[0]}–${key.split('.').at(-1)}`,
        count: last.count + 1,
      };
    } else {
      children.push(node);
    }
  }
  return {
    name,
    className: module.constructor.name,
    shapes: Array.from(
      module.namedParameters({ recurse: false }),
      ([key, { shape }]) => `${key} [${shape.join(', ')}]`,
    ),
    parameters: module.parameters().reduce((sum, { size }) => sum + size, 0),
    count: 1,
    children,
  };
}

/** Lines of a node's label: name and class, then shapes and number of parameters. */
export function labelOf(node: StructureNode): string[] {
  const { name, className, shapes, parameters, count } = node;
  const title = name === '' ? className : `${name}: ${className}`;
  const total = parameters > 0 ? `${parameters.toLocaleString('en-US')} parameters` : '';
  const each = count > 1 && total ? `${total} each` : total;
  return [count > 1 ? `${title} × ${count}` : title, ...shapes, each].filter((line) => line !== '');
}

/** What nodes alike have in common: all but the name. */
function formOf({ className, shapes, children }: StructureNode): string {
  return JSON.stringify([className, shapes, children.map((child) => [child.name, formOf(child)])]);
}
