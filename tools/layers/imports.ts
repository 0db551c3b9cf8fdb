/**
 * Finds what a TypeScript file imports.
 *
 * @module
 */
import ts from 'typescript';

/** One import, export-from, `import()` or `import('…')` type of a file. */
export interface Import {
  /** As written: `./shape.ts`, `@llm/tensor`, `node:fs`. */
  readonly specifier: string;
  /**
   * `static` is evaluated with the file, `dynamic` when the `import()` runs, `type` never: it is erased,
   * although the declaration files keep it.
   */
  readonly kind: 'static' | 'dynamic' | 'type';
  /** 1-based. */
  readonly line: number;
}

/** All imports of `source`, in the order they are written. */
export function importsOf(fileName: string, source: string): Import[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, kind: Import['kind']) => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const { line } = file.getLineAndCharacterOfPosition(specifier.getStart(file));
    found.push({ specifier: specifier.text, kind, line: line + 1 });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeOnly(node.importClause) ? 'type' : 'static');
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'static');
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type');
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], 'dynamic');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `import type …`; under verbatimModuleSyntax `import { type A }` still evaluates the module. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
}

/** `@llm/tensor/reference` → `@llm/tensor`; `webgpu/x` → `webgpu`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
