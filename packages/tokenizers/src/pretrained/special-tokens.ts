import type { AddedToken } from '../added-vocabulary.ts';
import { Fields } from '../json/fields.ts';
import { readAddedToken } from '../tokenizer-json.ts';

/** The roles a special token can have, by their names in tokenizer_config.json. */
export const SPECIAL_ROLES = [
  'bos_token',
  'eos_token',
  'unk_token',
  'sep_token',
  'pad_token',
  'cls_token',
  'mask_token',
] as const;

/** Name of a role of a special token. */
export type SpecialRole = (typeof SPECIAL_ROLES)[number];

/** The special tokens that a tokenizer_config.json names. */
export interface SpecialTokens {
  /** Tokens by role. */
  roles: Map<SpecialRole, string>;
  /** All tokens that the file declares, with their properties. */
  tokens: AddedToken[];
}

/**
 * Reads the special tokens of a tokenizer_config.json, or of a special_tokens_map.json.
 *
 * @param config - The parsed file.
 * @param file - Its name, for messages.
 */
export function readSpecialTokens(
  config: Readonly<Record<string, unknown>>,
  file: string,
): SpecialTokens {
  const roles = new Map<SpecialRole, string>();
  const tokens: AddedToken[] = [];
  const declare = (value: unknown, path: string): string => {
    const token = typeof value === 'string' ? plainSpecial(value) : readToken(value, path);
    tokens.push(token);
    return token.content;
  };
  for (const role of SPECIAL_ROLES) {
    const value = Object.hasOwn(config, role) ? config[role] : null;
    if (value != null) roles.set(role, declare(value, `${file}: ${role}`));
  }
  const extra = config.additional_special_tokens ?? config.extra_special_tokens ?? [];
  if (Array.isArray(extra)) {
    extra.forEach((value, i) => {
      declare(value, `${file}: additional_special_tokens[${i}]`);
    });
  }
  return { roles, tokens };
}

/** A special token without peculiarities. */
export function plainSpecial(content: string): AddedToken {
  return {
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}

/** Objects carry a `__type`, and being named in a role makes them special. */
function readToken(value: unknown, path: string): AddedToken {
  const fields = new Fields(value, path);
  fields.raw('__type');
  fields.raw('id');
  const token = { ...readAddedToken(fields), special: true };
  fields.finish();
  return token;
}
