/**
 * Prints the corpus of `tokenizers_training_large.py` as JSON:
 * `npx tsx tools/reference/tokenizers_training_corpus.ts > FILE`.
 *
 * @module
 */
import { trainingCorpus } from '../../packages/tokenizers/test/support/training-corpus.ts';

process.stdout.write(JSON.stringify(trainingCorpus()));
