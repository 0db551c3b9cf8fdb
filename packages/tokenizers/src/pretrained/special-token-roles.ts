import type { Tokenizer } from '../tokenizer.ts';
import { readSpecialTokens, type SpecialRole } from './special-tokens.ts';

/** The special tokens of a tokenizer by the roles that models give them. */
export class SpecialTokenRoles {
  /** The pipeline below: components, added tokens. */
  readonly backend: Tokenizer;
  private readonly roles: ReadonlyMap<SpecialRole, string>;

  /**
   * @param backend - The pipeline; special tokens that it lacks are added to it.
   * @param config - Content of tokenizer_config.json.
   * @param file - Its name, for messages.
   * @throws TokenizerFileError if a token is none.
   */
  constructor(backend: Tokenizer, config: Readonly<Record<string, unknown>>, file: string) {
    this.backend = backend;
    const { roles, tokens } = readSpecialTokens(config, file);
    backend.addTokens(
      tokens.filter(({ content }) => backend.addedVocabulary.id(content) === undefined),
    );
    this.roles = roles;
  }

  /** Token that starts a text, if there is one. */
  get bos_token(): string | undefined {
    return this.roles.get('bos_token');
  }
  /** Token that ends a text, if there is one. */
  get eos_token(): string | undefined {
    return this.roles.get('eos_token');
  }
  /** Token for what cannot be written, if there is one. */
  get unk_token(): string | undefined {
    return this.roles.get('unk_token');
  }
  /** Token between texts, if there is one. */
  get sep_token(): string | undefined {
    return this.roles.get('sep_token');
  }
  /** Token that fills up a batch, if there is one. */
  get pad_token(): string | undefined {
    return this.roles.get('pad_token');
  }
  /** Token whose vector stands for the text, if there is one. */
  get cls_token(): string | undefined {
    return this.roles.get('cls_token');
  }
  /** Token that hides a word, if there is one. */
  get mask_token(): string | undefined {
    return this.roles.get('mask_token');
  }
  /** Id of {@link bos_token}. */
  get bos_token_id(): number | undefined {
    return this.roleId('bos_token');
  }
  /** Id of {@link eos_token}. */
  get eos_token_id(): number | undefined {
    return this.roleId('eos_token');
  }
  /** Id of {@link unk_token}. */
  get unk_token_id(): number | undefined {
    return this.roleId('unk_token');
  }
  /** Id of {@link sep_token}. */
  get sep_token_id(): number | undefined {
    return this.roleId('sep_token');
  }
  /** Id of {@link pad_token}. */
  get pad_token_id(): number | undefined {
    return this.roleId('pad_token');
  }
  /** Id of {@link cls_token}. */
  get cls_token_id(): number | undefined {
    return this.roleId('cls_token');
  }
  /** Id of {@link mask_token}. */
  get mask_token_id(): number | undefined {
    return this.roleId('mask_token');
  }

  private roleId(role: SpecialRole): number | undefined {
    const token = this.roles.get(role);
    return token === undefined ? undefined : this.backend.tokenToId(token);
  }

  /** Ids of all special tokens, ascending. */
  get all_special_ids(): number[] {
    return this.backend.addedVocabulary.tokens
      .filter(([, token]) => token.special)
      .map(([id]) => id);
  }

  /** The special tokens by role, such as `{ eos_token: '</s>' }`. */
  get special_tokens_map(): Record<string, string> {
    return Object.fromEntries(this.roles);
  }
}
