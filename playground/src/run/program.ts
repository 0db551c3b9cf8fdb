/**
 * What the run tab shows, as a TypeScript program for Node.
 *
 * @module
 */
import { referenceAsCode } from '../models/reference.ts';
import type { FilledForm } from './task-form.ts';

/** What a program does. */
export interface ProgramInput extends FilledForm {
  readonly task: string;
  /** The model as text; see `parseReference`. */
  readonly model: string;
  readonly device: string;
}

/** A program that does the same in Node; it is complete and prints its result. */
export function programOf({ task, model, device, inputs, options }: ProgramInput): string {
  const settings = device === 'auto' ? '' : `, { device: '${device}' }`;
  const isLocal = /^(saved|folder):/.test(model);
  const given = inputs.map((input) => literal(input));
  if (Object.keys(options).length > 0) given.push(literal(options));
  const lines = [
    "import { pipeline } from '@llm/apps';",
    '',
    ...(isLocal ? ['// The folder with the files of the model.'] : []),
    `const run = await pipeline('${task}', ${referenceAsCode(model)}${settings});`,
    ...(task === 'text-generation'
      ? [
          `for await (const text of run.stream(${given.join(', ')})) process.stdout.write(text);`,
          "process.stdout.write('\\n');",
        ]
      : [
          `const result = await run(${given.join(', ')});`,
          `console.log(${task === 'feature-extraction' ? 'await result.toArray()' : 'result'});`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** A value as TypeScript: JSON, with names bare where they may be. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, each]) => `${name}: ${literal(each)}`);
  return `{ ${entries.join(', ')} }`;
}
