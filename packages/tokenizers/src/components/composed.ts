/**
 * What puts components together: pre-tokenizers and post-processors one after the other, and special tokens around
 * inputs. Files of every family name them.
 *
 * @module
 */
import { parseList } from '../json/registry.ts';
import { PostProcessorSequence } from '../post-processors/sequence.ts';
import { TemplateProcessing } from '../post-processors/template.ts';
import { PreTokenizerSequence } from '../pre-tokenizers/sequence.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const composed = componentFamily({
  preTokenizers: {
    Sequence: (fields, parse) =>
      new PreTokenizerSequence(parseList(fields, 'pretokenizers', parse)),
  },
  postProcessors: {
    Sequence: (fields, parse) => new PostProcessorSequence(parseList(fields, 'processors', parse)),
    TemplateProcessing: TemplateProcessing.read,
  },
});
