import type { Module } from '../module.ts';
import { labelOf, type StructureNode, structureOf } from './structure.ts';

/**
 * A picture of a model's structure as Mermaid text, which GitHub and many editors draw: modules as boxes in boxes,
 * with the shapes of their parameters; layers alike are drawn once.
 */
export function structureMermaid(module: Module): string {
  let next = 0;
  const draw = (node: StructureNode, indent: string): string[] => {
    const id = `m${next++}`;
    if (node.children.length === 0) {
      return [`${indent}${id}["${labelOf(node).map(escapeText).join('<br/>')}"]`];
    }
    const inside = node.children.flatMap((child) => draw(child, `${indent}  `));
    const label = labelOf(node).map(escapeText).join(', ');
    return [
      `${indent}subgraph ${id}["${label}"]`,
      `${indent}  direction TB`,
      ...inside,
      `${indent}end`,
    ];
  };
  return ['flowchart TB', ...draw(structureOf(module), '  ')].join('\n');
}

/** Mermaid's own escapes: class names are code, but a field may have any name. */
function escapeText(text: string): string {
  return text.replace(/[&"<>#]/g, (character) => `#${character.charCodeAt(0)};`);
}
