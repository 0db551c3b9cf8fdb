import type { Encoding } from '../encoding.ts';
import type { PostProcessor } from './post-processor.ts';

/** Several post-processors, one after the other. */
export class PostProcessorSequence implements PostProcessor {
  private readonly processors: readonly PostProcessor[];

  /** @param processors - In the order of their application. */
  constructor(processors: readonly PostProcessor[]) {
    this.processors = processors;
  }

  addedTokens(isPair: boolean): number {
    return this.processors.reduce((sum, processor) => sum + processor.addedTokens(isPair), 0);
  }

  process(inputs: readonly Encoding[], addSpecialTokens: boolean): Encoding[] {
    return this.processors.reduce<Encoding[]>(
      (encodings, processor) => processor.process(encodings, addSpecialTokens),
      [...inputs],
    );
  }

  processIds(ids: number[], addSpecialTokens: boolean): number[] {
    return this.processors.reduce(
      (result, processor) => processor.processIds(result, addSpecialTokens),
      ids,
    );
  }

  toJson() {
    return { type: 'Sequence', processors: this.processors.map((each) => each.toJson()) };
  }
}
