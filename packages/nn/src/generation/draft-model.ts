import { Seq2SeqLM } from '../tasks/seq2seq-lm.ts';
import type { Guesser, TextStart } from './guesser.ts';
import { logSoftmax } from './scores.ts';
import type { GenerativeModel, NextScores, Session, SessionInputs } from './session.ts';
import { borrowSession } from './sessions.ts';
import { bucket, fill } from './sizes.ts';

/** Guesses by greedy search with a smaller model. */
export class DraftModel implements Guesser {
  readonly #session: Session;
  readonly #inputs: SessionInputs;
  readonly #giveBack: () => void;
  /** New tokens in the session's cache. */
  #cached: number[] = [];
  /** Positions of the session before them; undefined until the prompt is in. */
  #first: number | undefined;

  /**
   * @param threshold probability below which a guess is the last one
   * @param ends tokens that end a text
   */
  constructor(
    model: GenerativeModel,
    private readonly threshold: number,
    private readonly ends: readonly number[],
    private readonly text: TextStart,
  ) {
    const { prompts, start, promptLength, maxLength } = text;
    const isSeq2Seq = model instanceof Seq2SeqLM;
    const whole = (isSeq2Seq ? undefined : model.extendPrompts?.(prompts)) ?? prompts;
    const { positions } = model.base_model.cacheShape;
    const room = (positions ?? Infinity) - (whole.ids[0]!.length - prompts.ids[0]!.length);
    if (room < maxLength) {
      throw new RangeError(
        `generate: assistant_model has ${room} positions, and the text may have ${maxLength}; set max_new_tokens`,
      );
    }
    const length = bucket(whole.ids[0]!.length, isSeq2Seq ? undefined : positions);
    const capacity = bucket(
      (isSeq2Seq ? promptLength : length) + maxLength - promptLength,
      undefined,
    );
    const shape = { prompts: 1, copies: 1, promptLength: length, capacity };
    const { session, giveBack } = borrowSession(model, shape);
    const wasTraining = model.training;
    model.eval();
    this.#session = session;
    this.#inputs = fill(whole, length, isSeq2Seq ? 'right' : 'left', start);
    this.#giveBack = () => {
      giveBack();
      model.train(wasTraining);
    };
  }

  async guess(ids: readonly number[], most: number): Promise<number[]> {
    const guesses: number[] = [];
    let next = await this.#follow(ids.slice(this.text.promptLength));
    for (;;) {
      const { token, probability } = await this.#likeliest(next);
      guesses.push(token);
      const isLast = guesses.length === most || this.ends.includes(token);
      if (isLast || probability < this.threshold) return guesses;
      next = await this.#feed(token);
    }
  }

  end(): void {
    this.#giveBack();
  }

  /** Brings the cache to the new tokens of the text, of which there is at least one. */
  async #follow(added: readonly number[]): Promise<NextScores> {
    if (this.#first === undefined) {
      free(await this.#session.begin(this.#inputs));
      this.#first = this.#session.position;
    }
    const differs = added.findIndex((token, i) => this.#cached[i] !== token);
    const same = Math.min(differs < 0 ? added.length : differs, added.length - 1);
    this.#cached.length = same;
    this.#session.position = this.#first + same;
    for (const token of added.slice(same, -1)) free(await this.#feed(token));
    return this.#feed(added[added.length - 1]!);
  }

  #feed(token: number): Promise<NextScores> {
    this.#cached.push(token);
    return this.#session.next(Int32Array.of(token));
  }

  async #likeliest(next: NextScores): Promise<{ token: number; probability: number }> {
    const [token] = (await next.chosen.data()) as Int32Array;
    // The scores stay on the device unless they decide.
    const logs = this.threshold > 0 && logSoftmax((await next.logits.data()) as Float32Array);
    free(next);
    return { token: token!, probability: logs ? Math.exp(logs[token!]!) : 1 };
  }
}

function free({ logits, chosen }: NextScores): void {
  logits.dispose();
  chosen.dispose();
}
