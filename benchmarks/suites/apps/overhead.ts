/**
 * What a pipeline adds to its model.
 *
 * @module
 */
import { pipeline } from '@llm/apps';
import { compile, type Tensor, tensor } from '@llm/nn';
import type { Contender } from '../../harness/case.ts';
import { sideBySide } from '../../harness/side-by-side.ts';
import { OUR_THREADS, ourVersion } from '../../ours/device.ts';
import { classifierFolder } from './classifier.ts';

const batch = 8;
const length = 128;
/** As many whole words as fill the length beside the two special tokens. */
const text = Array.from({ length: length - 2 }, (_, i) => ['tree', 'house', 'river'][i % 3]).join(
  ' ',
);
const texts = Array.from({ length: batch }, () => text);

type Classifier = Awaited<ReturnType<typeof pipeline<'text-classification'>>>;

/** Of both contenders: two copies of the weights differ by where they lie. */
let classifier: Promise<Classifier> | undefined;

/** The pipeline (tokens, batches, the model, labels) beside its model on the tokens, compiled. */
export const overhead = sideBySide({
  name: `text-classification, ${batch}×${length}: the pipeline beside its model`,
  tolerance: 1e-5,
  rounds: 25, // a few percent are looked for
  collect: false,
  ours: () => contender('ours', viaPipeline),
  peers: [
    {
      name: 'the model alone',
      bar: 1 / 1.03,
      open: () => contender('the model alone', viaModel),
    },
  ],
});

type Call = () => Promise<readonly number[]>;

function viaPipeline(classify: Classifier): { call: Call; close(): void } {
  const call = async () => {
    const found = await classify(texts, { top_k: 2 });
    return found.map((labels) => labels.find(({ label }) => label === 'LABEL_1')!.score);
  };
  return { call, close: () => classify.dispose() };
}

function viaModel({ model, tokenizer }: Classifier): { call: Call; close(): void } {
  const { input_ids, attention_mask } = tokenizer(texts);
  const forward = compile((ids: Tensor, mask: Tensor) =>
    model.forward({ input_ids: ids, attention_mask: mask }).logits.softmax(-1),
  );
  const call = async () => {
    const shares = await forward(
      tensor(input_ids, undefined, { dtype: 'i32' }),
      tensor(attention_mask!, undefined, { dtype: 'i32' }),
    );
    return ((await shares.toArray()) as number[][]).map(([, share]) => share!);
  };
  return { call, close: () => forward.dispose() };
}

async function contender(
  name: string,
  make: (classify: Classifier) => { call: Call; close(): void },
): Promise<Contender> {
  classifier ??= classifierFolder().then((folder) => pipeline('text-classification', folder));
  const classify = await classifier;
  const { call, close } = make(classify);
  let shares: readonly number[] = [];
  return {
    name,
    version: ourVersion(),
    threads: OUR_THREADS,
    async prepare() {},
    async run() {
      const start = performance.now();
      shares = await call();
      return performance.now() - start;
    },
    result: async () => shares,
    async close() {
      close();
    },
  };
}
