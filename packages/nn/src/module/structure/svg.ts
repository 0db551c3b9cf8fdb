import type { Module } from '../module.ts';
import { labelOf, type StructureNode, structureOf } from './structure.ts';

/** Sizes in pixels; text is monospaced, so that its width is known. */
const FONT = 12;
const CHARACTER = 7.3;
const LINE = 16;
const GAP = 8;

/** A box with its place below its parent's corner. */
interface Box {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly children: readonly Box[];
}

/**
 * A picture of a model's structure as an SVG document: modules as boxes in boxes, with the shapes of their
 * parameters; layers alike are drawn once.
 */
export function structureSvg(module: Module): string {
  const root = layOut(structureOf(module));
  const [width, height] = [root.width + 2 * GAP, root.height + 2 * GAP].map(Math.ceil);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="${FONT}">`,
    ...draw(root, GAP, GAP, 0),
    '</svg>',
  ].join('\n');
}

function layOut(node: StructureNode): Box {
  const lines = labelOf(node);
  const children = node.children.map(layOut);
  const text = Math.max(...lines.map((line) => line.length)) * CHARACTER;
  const inside = Math.max(text, ...children.map(({ width }) => width));
  const below = children.reduce((sum, { height }) => sum + height + GAP, 0);
  return {
    lines,
    children,
    width: inside + 2 * GAP,
    height: lines.length * LINE + below + 2 * GAP,
  };
}

function draw(
  { lines, width, height, children }: Box,
  x: number,
  y: number,
  depth: number,
): string[] {
  const shade = depth % 2 === 0 ? '#f6f8fa' : '#ffffff';
  const texts = lines.map((line, i) => {
    const weight = i === 0 ? ' font-weight="bold"' : '';
    return `<text x="${x + GAP}" y="${y + GAP + LINE * (i + 0.75)}"${weight}>${escapeText(line)}</text>`;
  });
  let top = y + GAP + lines.length * LINE + GAP;
  const inside = children.flatMap((child) => {
    const drawn = draw({ ...child, width: width - 2 * GAP }, x + GAP, top, depth + 1);
    top += child.height + GAP;
    return drawn;
  });
  const frame = `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}" rx="4" fill="${shade}" stroke="#57606a"/>`;
  return [frame, ...texts, ...inside];
}

function escapeText(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
