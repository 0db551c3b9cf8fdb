/**
 * Reads what the pipelines give, for the views.
 *
 * @module
 */
import type {
  Answer,
  Classification,
  EntityGroup,
  FilledMask,
  PipelineTask,
  RankedText,
  TokenEntity,
  ZeroShotClassification,
} from '@llm/apps';

/** Something with a score. */
export interface Score {
  readonly label: string;
  readonly score: number;
}

/** A part of a text, in UTF-16 units, with what it is. */
export interface Span extends Score {
  readonly start: number;
  readonly end: number;
}

/** The rows of a task that gives scores, best first where the pipeline orders them. */
export function scoresOf(
  task: PipelineTask,
  inputs: readonly unknown[],
  result: unknown,
): readonly Score[] {
  const others = inputs[1] as readonly string[];
  switch (task) {
    case 'zero-shot-classification': {
      const { labels, scores } = result as ZeroShotClassification;
      return labels.map((label, i) => ({ label, score: scores[i]! }));
    }
    case 'fill-mask': {
      // Several masks give a list for each.
      const rows = result as FilledMask[] | FilledMask[][];
      return rows.flat().map(({ token_str, score }) => ({ label: token_str, score }));
    }
    case 'sentence-similarity':
      return (result as number[]).map((score, i) => ({ label: others[i]!, score }));
    case 'text-ranking':
      return (result as RankedText[]).map(({ corpus_id, score }) => ({
        label: others[corpus_id]!,
        score,
      }));
    default:
      return result as Classification[];
  }
}

/** Entities in the order of the text. */
export function entitiesOf(result: unknown): Span[] {
  return (result as (TokenEntity | EntityGroup)[]).map((entity) => ({
    label: 'entity_group' in entity ? entity.entity_group : entity.entity,
    score: entity.score,
    start: entity.start,
    end: entity.end,
  }));
}

/** Answers, best first. */
export function answersOf(result: unknown): Span[] {
  const answers = Array.isArray(result) ? (result as Answer[]) : [result as Answer];
  return answers.map(({ answer, ...where }) => ({ label: answer || '(no answer)', ...where }));
}

/** The text of a task that generates. */
export function textOf(result: unknown): string {
  const [first] = result as Readonly<Record<string, unknown>>[];
  const value = first && Object.values(first)[0];
  if (!Array.isArray(value)) return String(value ?? '');
  return String((value.at(-1) as { readonly content: unknown }).content);
}

/** Sizes of nested lists, and the first numbers. */
export function vectorOf(result: unknown): { shape: number[]; first: number[] } {
  const shape: number[] = [];
  let value = result;
  while (Array.isArray(value)) {
    shape.push(value.length);
    if (typeof value[0] === 'number') return { shape, first: value.slice(0, 8) as number[] };
    value = value[0];
  }
  return { shape, first: [] };
}
