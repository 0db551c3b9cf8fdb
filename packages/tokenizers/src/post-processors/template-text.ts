import { describe } from '../json/fields.ts';
import { type TemplatePiece, TemplateProcessing } from './template.ts';

/**
 * Builds templates from Hugging Face's short form.
 *
 * @param single - Such as `<s> $A </s>`; `$A:1` gives the type id.
 * @param pair - Such as `<s> $A </s> $B:1 </s>:1`; `$A $B:1` if absent.
 * @param idOf - Finds the id of a token.
 * @throws Error if a token has no id, or a part cannot be read.
 */
export function templateFromText(
  single: string,
  pair: string | undefined,
  idOf: (token: string) => number | undefined,
): TemplateProcessing {
  const pieces = [single, pair ?? '$A:0 $B:1'].map((text) => text.split(' ').map(parsePiece));
  const names = pieces.flat().map((piece) => 'SpecialToken' in piece && piece.SpecialToken.id);
  const tokens = [...new Set(names)]
    .filter((name) => name !== false)
    .map((name) => {
      const id = idOf(name);
      if (id !== undefined) return { id: name, ids: [id], tokens: [name] };
      throw new Error(`template: the token ${describe(name)} is not in the vocabulary`);
    });
  return new TemplateProcessing(pieces[0]!, pieces[1]!, tokens);
}

/** Reads `[CLS]`, `[SEP]:1`, `$A`, `$B:1`, `$0`. */
function parsePiece(text: string): TemplatePiece {
  const [, name, type] = /^(.+?)(?::(\d+))?$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`template: cannot read the part ${describe(text)}`);
  const type_id = Number(type ?? 0);
  if (!name.startsWith('$')) return { SpecialToken: { id: name, type_id } };
  const input = /^\$(?:([AaBb])|(\d*))$/.exec(name);
  if (input === null) throw new Error(`template: cannot read the part ${describe(text)}`);
  const id = input[1]?.toUpperCase() === 'B' ? 'B' : 'A';
  return { Sequence: { id, type_id: type === undefined ? Number(input[2] ?? 0) : type_id } };
}
