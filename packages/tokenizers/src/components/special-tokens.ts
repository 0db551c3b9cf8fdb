/**
 * What puts special tokens around inputs, in tokenizers of every family.
 *
 * @module
 */

import { parseList } from '../json/registry.ts';
import { PostProcessorSequence } from '../post-processors/sequence.ts';
import { TemplateProcessing } from '../post-processors/template.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const specialTokens = componentFamily({
  postProcessors: {
    TemplateProcessing: TemplateProcessing.read,
    Sequence: (fields, parse) => new PostProcessorSequence(parseList(fields, 'processors', parse)),
  },
});
