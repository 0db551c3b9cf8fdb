import type { ChatTemplates } from './read-templates.ts';

/**
 * Chooses a template as transformers does.
 *
 * @param available - What the tokenizer has.
 * @param wanted - A name, or a template itself; the tokenizer's own if absent.
 * @param hasTools - Whether tools are given, for which there may be a template of its own.
 * @throws Error if there is none to choose, listing those there are.
 */
export function selectTemplate(
  available: ChatTemplates | undefined,
  wanted: string | undefined,
  hasTools: boolean,
): string {
  if (typeof available === 'object') {
    const find = (name: string) => (Object.hasOwn(available, name) ? available[name] : undefined);
    if (wanted !== undefined) return find(wanted) ?? wanted;
    const chosen = (hasTools ? find('tool_use') : undefined) ?? find('default');
    if (chosen !== undefined) return chosen;
    const names = Object.keys(available).join(', ');
    throw new Error(
      `apply_chat_template: this tokenizer has several templates and none is the default; give chat_template one of ${names}`,
    );
  }
  const chosen = wanted ?? available;
  if (chosen !== undefined) return chosen;
  throw new Error(
    'apply_chat_template: this tokenizer has no chat template; give one by chat_template',
  );
}
