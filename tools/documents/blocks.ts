/**
 * A program of a page: one block of TypeScript, and those after it that import nothing: they see its names, and not
 * each other's.
 */
export interface Program {
  /** The page and the line where it begins. */
  readonly name: string;
  readonly code: string;
}

/** A command of a page. */
export interface PageCommand {
  readonly name: string;
  readonly line: string;
}

interface Block {
  readonly language: string;
  readonly line: number;
  readonly code: string;
  /** What the comment above it gives: `<!-- given: const x = 1; -->`. */
  readonly given: string;
  /** Whether the comment above it says where it is run instead: `<!-- elsewhere: test/x.test.ts -->`. */
  readonly isElsewhere: boolean;
}

function blocksOf(markdown: string): Block[] {
  const pattern = /(?:<!-- (given|elsewhere):\s+([\s\S]*?)\s*-->\n+)?^```(\w+)\n([\s\S]*?)^```$/gm;
  return Array.from(
    markdown.matchAll(pattern),
    ({ index, 0: whole, 1: kind, 2: note = '', 3: language, 4: code }) => ({
      language: language!,
      line: markdown.slice(0, index + whole.indexOf('```')).split('\n').length,
      code: code!,
      given: kind === 'given' ? note : '',
      isElsewhere: kind === 'elsewhere',
    }),
  );
}

/** The programs of a page. */
export function programsOf(page: string, markdown: string): Program[] {
  const programs: { name: string; code: string }[] = [];
  for (const { language, line, code, given, isElsewhere } of blocksOf(markdown)) {
    if (language !== 'ts' || isElsewhere) continue;
    const text = `${given}\n${code}`;
    if (/^import /m.test(code) || programs.length === 0) {
      programs.push({ name: `${page}:${line}`, code: text });
    } else programs.at(-1)!.code += `{${text}}\n`;
  }
  return programs;
}

/** The commands of a page. */
export function commandsOf(page: string, markdown: string): PageCommand[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code, line }) =>
      code
        .split('\n')
        .map((text, i) => ({ name: `${page}:${line + 1 + i}`, line: text.trim() }))
        .filter(({ line: text }) => text !== '' && !text.startsWith('#')),
    );
}
