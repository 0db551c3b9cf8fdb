/**
 * The model in README.md, and whether it learned.
 *
 * @module
 */
import ts from 'typescript';

/** Node 20 runs no TypeScript: the types go, nothing else changes. */
export function eraseTypes(source: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** The first block of TypeScript in a Markdown text. @throws Error if there is none. */
export function firstTypeScriptBlock(markdown: string): string {
  const block = /^```ts\n(.*?)^```$/ms.exec(markdown)?.[1];
  if (!block)
    throw new Error('README.md: no ```ts block; the packed-install test runs the first one');
  return block;
}

/**
 * Checks that a program printed losses (`loss 1.23`, `loss: 4e-5`) and that the last is below half of the
 * first. @throws Error with the output if not.
 */
export function checkLearning(output: string): { first: number; last: number } {
  const losses = [...output.matchAll(/\bloss\b[^\d\n]*(\d+(?:\.\d+)?(?:e[-+]?\d+)?)/gi)].map(
    (match) => Number(match[1]),
  );
  const first = losses[0];
  const last = losses.at(-1);
  if (first === undefined || last === undefined || losses.length < 2) {
    throw new Error(
      `the model printed ${losses.length} losses, at least 2 are expected:\n${output}`,
    );
  }
  if (!(last < first / 2)) {
    throw new Error(`the model did not learn: loss ${first} at first, ${last} at last:\n${output}`);
  }
  return { first, last };
}
