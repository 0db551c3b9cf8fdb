import { logSoftmax } from './scores.ts';
import type { NextScores, Session, SessionInputs } from './session.ts';

/**
 * Classifier-free guidance: scores are pushed away from those that the model gives after another prompt, which the
 * same new tokens follow (Sanchez et al., 2023).
 */
export class Guidance {
  #next: Promise<NextScores> | undefined;

  constructor(
    private readonly scale: number,
    private readonly session: Session,
    private readonly inputs: SessionInputs,
  ) {}

  /** Takes the other prompts in. */
  begin(): void {
    this.#next = this.session.begin(this.inputs);
  }

  /** Goes on by one token per row. */
  next(tokens: Int32Array): void {
    this.#next = this.session.next(tokens);
  }

  /** Log-probabilities of all rows, other + scale · (own − other), from `logits` [rows, vocab_size]. */
  async guide(logits: Float32Array): Promise<Float32Array> {
    const { logits: tensor, chosen } = await this.#next!;
    const others = (await tensor.data()) as Float32Array;
    tensor.dispose();
    chosen.dispose();
    const width = logits.length / this.session.rows;
    const guided = new Float32Array(logits.length);
    for (let start = 0; start < logits.length; start += width) {
      const own = logSoftmax(logits.subarray(start, start + width));
      const other = logSoftmax(others.subarray(start, start + width));
      own.forEach((score, i) => {
        guided[start + i] = this.scale * (score - other[i]!) + other[i]!;
      });
    }
    return guided;
  }
}
