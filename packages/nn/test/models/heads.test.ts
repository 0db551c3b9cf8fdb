import { readFileSync } from 'node:fs';
import type { Family } from '@llm/nn';
import * as nn from '@llm/nn';
import * as models from '@llm/nn/models';
import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src/pretrained/family.ts';
import type { TaskName } from '../../src/pretrained/task-names.ts';

/** By model_type, the classes that transformers 4.56.2 loads: tools/reference/nn_heads.py. */
const python: Record<string, Record<string, string>> = JSON.parse(
  readFileSync(new URL('../fixtures/heads.json', import.meta.url), 'utf8'),
);

const families = Object.values(models)
  .filter((value): value is Family => 'tasks' in value)
  .sort((a, b) => a.model_type.localeCompare(b.model_type));

/** What transformers has and this package does not, by the reason that the README gives. */
const ABSENT = {
  'encoders as decoders': [
    'BertLMHeadModel',
    'ElectraForCausalLM',
    'RobertaForCausalLM',
    'XLMRobertaForCausalLM',
  ],
  'decoders torn off': ['BartForCausalLM', 'MarianForCausalLM', 'MBartForCausalLM'],
};

/** Columns of the README's table. The model without a head is there for all. */
const COLUMNS: readonly (readonly [head: string, task: TaskName])[] = [
  ['masked LM', 'MaskedLM'],
  ['causal LM', 'CausalLM'],
  ['seq2seq LM', 'Seq2SeqLM'],
  ['sequence', 'SequenceClassification'],
  ['token', 'TokenClassification'],
  ['question answering', 'QuestionAnswering'],
  ['multiple choice', 'MultipleChoice'],
  ['next sentence', 'NextSentencePrediction'],
  ['pre-training', 'PreTraining'],
  ['encoder alone', 'TextEncoding'],
];

const tasksOf = (family: Family) => Object.keys(family.tasks) as TaskName[];

describe('heads', () => {
  it('are those of transformers but for what the README names', () => {
    const absent: string[] = [];
    for (const family of families) {
      const ours = tasksOf(family).map((task) => architectureOf(family, task));
      const theirs = Object.values(python[family.model_type]!);
      expect(theirs, `${family.model_type}: Python loads what is saved`).toEqual(
        expect.arrayContaining(ours),
      );
      absent.push(...theirs.filter((name) => !ours.includes(name)));
    }
    expect(Object.keys(python)).toEqual(nn.supportedModelTypes());
    expect(absent.sort()).toEqual(Object.values(ABSENT).flat().sort());
  });

  it('are found again by the class that a configuration names', () => {
    const exported = new Map<string, unknown>(Object.entries(nn));
    for (const family of families) {
      for (const task of tasksOf(family)) {
        const name = task === 'base' ? 'AutoModel' : `AutoModelFor${task}`;
        expect(nn.autoClassOf(architectureOf(family, task)), family.model_type).toBe(
          exported.get(name),
        );
      }
    }
  });

  it('stand in the README as they are', () => {
    const groups = new Map<string, string[]>();
    for (const family of families) {
      const marks = COLUMNS.map(([, task]) => (family.tasks[task] ? '✓' : '')).join(' | ');
      groups.set(marks, [...(groups.get(marks) ?? []), `\`${family.model_type}\``]);
    }
    const heads = COLUMNS.map(([head]) => head).join(' | ');
    const rows = Array.from(groups, ([marks, names]) => `| ${names.join(', ')} | ${marks} |`);
    const table = [
      `| \`model_type\` | ${heads} |`,
      `|---|${':-:|'.repeat(COLUMNS.length)}`,
      ...rows,
    ];
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(table.join('\n'));
    for (const reason of Object.keys(ABSENT)) expect(readme).toContain(reason);
  });
});
