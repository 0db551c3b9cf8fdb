/** Speed over the last steps, so that it follows a change and one slow step does not count for long. */
export class SpeedMeter {
  readonly #window: number;
  readonly #marks: { seconds: number; tokens: number }[] = [];
  #tokens = 0;

  /** @param start the time at the beginning, in seconds. @param window number of steps to average over. */
  constructor(start: number, window = 32) {
    this.#window = window;
    this.#marks.push({ seconds: start, tokens: 0 });
  }

  /** Notes a step that ended at `seconds`. */
  add(seconds: number, tokens: number): void {
    this.#tokens += tokens;
    this.#marks.push({ seconds, tokens: this.#tokens });
    if (this.#marks.length > this.#window + 1) this.#marks.shift();
  }

  /** Tokens so far. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Tokens per second; 0 before any time has passed. */
  get tokensPerSecond(): number {
    const { seconds, tokens } = this.#span();
    return seconds > 0 ? tokens / seconds : 0;
  }

  /** Seconds per step; 0 before the first. */
  get secondsPerStep(): number {
    const steps = this.#marks.length - 1;
    return steps > 0 ? this.#span().seconds / steps : 0;
  }

  #span() {
    const first = this.#marks[0]!;
    const last = this.#marks.at(-1)!;
    return { seconds: last.seconds - first.seconds, tokens: last.tokens - first.tokens };
  }
}
