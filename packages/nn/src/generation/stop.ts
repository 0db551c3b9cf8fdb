/**
 * When a row has ended.
 *
 * @module
 */
import type { StoppingCriterion } from './callbacks.ts';
import type { GenerateOptions, ResolvedSettings } from './options.ts';
import { endTokens } from './settings.ts';

export type { StoppingCriterion } from './callbacks.ts';

/** The criteria that options and settings ask for. @throws TypeError if `stop_strings` lacks its tokenizer. */
export function makeCriteria(
  settings: ResolvedSettings,
  options: GenerateOptions,
  maxLength: number,
): StoppingCriterion[] {
  const ends = new Set(endTokens(settings));
  const list: StoppingCriterion[] = [
    (ids) => ids.length >= maxLength,
    (ids) => ends.has(ids[ids.length - 1]!),
    ...(options.stopping_criteria ?? []),
  ];
  const { stop_strings, max_time } = settings;
  if (stop_strings !== null) list.push(endsWithText([stop_strings].flat(), options.tokenizer));
  if (max_time !== null) {
    const end = Date.now() + 1000 * max_time;
    list.push(() => Date.now() >= end);
  }
  return list;
}

/** Whether the new text contains a stop string that the last token completed. */
function endsWithText(
  strings: readonly string[],
  tokenizer: GenerateOptions['tokenizer'],
): StoppingCriterion {
  if (!tokenizer) {
    throw new TypeError(
      'generate: stop_strings wants the tokenizer too: { tokenizer, stop_strings }',
    );
  }
  if (strings.some((text) => text === '')) {
    throw new TypeError('generate: stop_strings must not be empty');
  }
  return (_, newTokens) => {
    const text = tokenizer.decode([...newTokens]);
    return strings.some((stop) => text.includes(stop));
  };
}
