/**
 * A classifier of MiniLM's size as users have it: a folder.
 *
 * @module
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoModelForSequenceClassification } from '@llm/nn';
import { AutoTokenizer } from '@llm/tokenizers';
import { installWeights, minilm } from '../../../tools/pretrained/weights.ts';
import { Unavailable } from '../../harness/case.ts';
import { useWasm } from '../../ours/device.ts';

let folder: Promise<string> | undefined;

/** Its folder, made once, left among the temporary files. */
export function classifierFolder(): Promise<string> {
  folder ??= (async () => {
    useWasm();
    try {
      installWeights();
    } catch (error) {
      throw new Unavailable('absent', (error as Error).message);
    }
    const made = await mkdtemp(join(tmpdir(), 'llm-benchmark-'));
    const config = { num_labels: 2 };
    const model = await AutoModelForSequenceClassification.from_pretrained(minilm, { config });
    const tokenizer = await AutoTokenizer.from_pretrained(minilm);
    await model.save_pretrained(made, { files: tokenizer.toFiles() });
    return made;
  })();
  return folder;
}
