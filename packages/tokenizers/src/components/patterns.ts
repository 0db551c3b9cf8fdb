/**
 * What replaces by pattern. Replacing a plain text, which most files ask for, is no matter of patterns: where one is
 * named, this family's reader counts instead of that of SentencePiece's family.
 *
 * @module
 */

import type { Fields } from '../json/fields.ts';
import { ReplacePattern } from '../normalizers/replace-pattern.ts';
import { ReplaceText } from '../normalizers/replace-text.ts';
import { isPlainText } from '../pattern/plain-text.ts';
import { componentFamily } from '../text-core.ts';

const readReplace = (fields: Fields): ReplacePattern | ReplaceText =>
  (isPlainText(fields.raw('pattern')) ? ReplaceText : ReplacePattern).read(fields);

/** Its reader. */
export const patterns = componentFamily({
  normalizers: { Replace: readReplace },
  decoders: { Replace: readReplace },
});
