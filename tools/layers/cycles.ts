/**
 * Finds import cycles.
 *
 * @module
 */

/** Files and the files that each of them imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * One path for each strongly connected part with a cycle, as `[a, b, a]`; empty if the graph has none.
 * Depth-first search: an edge back to a file of the current path closes a cycle.
 */
export function cyclesOf(graph: ImportGraph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}
