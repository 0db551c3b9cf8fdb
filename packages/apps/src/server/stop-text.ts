/** Holds back what may become a text that ends the answer. */
export class StopText {
  readonly #stops: readonly string[];
  #held = '';
  /** Whether one was found; what comes after it is not wanted. */
  found = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Takes a piece. @returns what is certain to belong to the answer */
  push(piece: string): string {
    if (this.found) return '';
    const text = this.#held + piece;
    const places = this.#stops.map((stop) => text.indexOf(stop)).filter((place) => place >= 0);
    if (places.length > 0) {
      this.found = true;
      this.#held = '';
      return text.slice(0, Math.min(...places));
    }
    const kept = Math.max(0, ...this.#stops.map((stop) => overlap(text, stop)));
    this.#held = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** What was held back in vain. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** Length of the longest end of `text` that `stop` begins with. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
