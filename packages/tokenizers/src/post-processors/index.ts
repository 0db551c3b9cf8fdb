import { Registry } from '../json/registry.ts';
import { BertProcessing, RobertaProcessing } from './bert.ts';
import { ByteLevelProcessor } from './byte-level.ts';
import type { PostProcessor } from './post-processor.ts';
import { PostProcessorSequence } from './sequence.ts';
import { TemplateProcessing } from './template.ts';

/** The post-processors that tokenizer.json may name. */
export const postProcessors = new Registry<PostProcessor>('post-processor', {
  BertProcessing: BertProcessing.read,
  ByteLevel: ByteLevelProcessor.read,
  RobertaProcessing: RobertaProcessing.read,
  TemplateProcessing: TemplateProcessing.read,
  Sequence: (fields, parse) =>
    new PostProcessorSequence(
      fields
        .list('processors')
        .map((value, index) => parse(value, `${fields.path}.processors[${index}]`)),
    ),
});
