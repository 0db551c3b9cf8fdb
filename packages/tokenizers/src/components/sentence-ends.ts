/**
 * What older files of BERT and RoBERTa put around inputs; newer ones have templates.
 *
 * @module
 */
import { BertProcessing, RobertaProcessing } from '../post-processors/bert.ts';
import { componentFamily } from '../text-core.ts';

/** Their readers. */
export const sentenceEnds = componentFamily({
  postProcessors: {
    BertProcessing: BertProcessing.read,
    RobertaProcessing: RobertaProcessing.read,
  },
});
