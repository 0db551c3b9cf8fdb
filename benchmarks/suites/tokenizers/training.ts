/**
 * Training: 32,000 merges of a byte-level BPE over 20 MB of English and code.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { trainTokenizer } from '@llm/tokenizers';
import type { Case, Row } from '../../harness/case.ts';
import { Unavailable } from '../../harness/case.ts';
import { MAX_LOAD, watchLoad } from '../../harness/load.ts';
import { PYTHON_TOKENIZERS, trainInPython } from '../../peers/tokenizers-training.ts';
import { slices } from './texts.ts';

const MERGES = 32_000;
const BYTES = 256;
const BAR = 0.3;

/** One run of each side, as it takes tens of seconds: for its samples see the row. */
export const training: Case = {
  name: `train BPE, ${MERGES} merges, 20 MB`,
  async run(context): Promise<Row[]> {
    const texts = (['English', 'code'] as const).flatMap((name) => slices(name).flat());
    const loadSince = watchLoad();
    const started = performance.now();
    const tokenizer = await trainTokenizer(texts, {
      model: 'BPE',
      vocab_size: BYTES + MERGES,
      min_frequency: 0,
      pre_tokenizer: {
        type: 'ByteLevel',
        add_prefix_space: false,
        trim_offsets: true,
        use_regex: true,
      },
    });
    const ours = performance.now() - started;
    const tokens = [...tokenizer.backend.vocab()].sort(([, a], [, b]) => a - b);
    const hash = createHash('sha256')
      .update(tokens.map(([token]) => token).join('\n'))
      .digest('hex');
    const row = {
      suite: context.suite,
      case: training.name,
      unit: 'ms',
      ours,
      peer: PYTHON_TOKENIZERS,
      bar: BAR,
      threads: 1,
      samples: 1,
      oursRange: [ours, ours],
      peerRange: null,
    } as const;
    try {
      const theirs = trainInPython(texts, BYTES + MERGES);
      const load = loadSince();
      const reason =
        theirs.hash !== hash
          ? 'the vocabularies differ'
          : load > MAX_LOAD
            ? `load ${load.toFixed(2)} from other programs`
            : undefined;
      return [
        {
          ...row,
          peerValue: theirs.milliseconds,
          ratio: theirs.milliseconds / ours,
          peerThreads: 1,
          version: theirs.version,
          load,
          ...(reason === undefined ? {} : { void: reason }),
        },
      ];
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const note = `${error.kind}: ${error.message}`;
      return [
        { ...row, peerValue: null, ratio: null, peerThreads: 0, version: '', load: null, note },
      ];
    }
  },
};
