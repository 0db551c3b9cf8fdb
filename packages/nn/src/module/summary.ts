import type { Variable } from '@llm/tensor';

/** What the table asks of a module. */
interface Summarized {
  parameters(): readonly Variable[];
  namedParameters(options: { recurse: boolean }): Iterable<readonly [name: string, Variable]>;
  namedChildren(): Iterable<readonly [name: string, Summarized]>;
}

/**
 * A table of the modules below `root`, one a line and indented by depth: path, class, shapes of its own
 * parameters, and number of parameters with all below it. The last line totals them.
 */
export function summarize(root: Summarized): string {
  const rows: Row[] = [];
  collect(root, '(model)', '', rows);
  const header = ['module', 'class', 'own parameters', 'parameters'] as const;
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const trainable = count(root, (parameter) => parameter.trainable);
  return [
    line(header),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map(line),
    `${count(root).toLocaleString('en-US')} parameters, ${trainable.toLocaleString('en-US')} of them trainable${memoryOf(root)}`,
  ].join('\n');
}

/** What the parameters take where some are quantized: their number no longer tells. */
function memoryOf(root: Summarized): string {
  const parameters = root.parameters();
  if (!parameters.some(({ quantized }) => quantized)) return '';
  const bytes = parameters.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return `, ${(bytes / 1e6).toFixed(1)} MB`;
}

type Row = readonly [name: string, className: string, own: string, parameters: string];

function collect(module: Summarized, name: string, indent: string, rows: Row[]): void {
  const own = Array.from(
    module.namedParameters({ recurse: false }),
    ([key, { shape, quantized }]) =>
      `${key} [${shape.join(', ')}]${quantized ? ` ${quantized.bits} bits` : ''}`,
  );
  const total = count(module).toLocaleString('en-US');
  rows.push([indent + name, module.constructor.name, own.join(', '), total]);
  for (const [key, child] of module.namedChildren()) collect(child, key, `${indent}  `, rows);
}

function count(
  module: Summarized,
  include: (parameter: { trainable: boolean }) => boolean = () => true,
): number {
  return module
    .parameters()
    .reduce((sum, parameter) => sum + (include(parameter) ? parameter.size : 0), 0);
}
