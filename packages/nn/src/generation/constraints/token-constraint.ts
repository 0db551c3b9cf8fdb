import { ByteAutomaton, dead } from './automaton.ts';
import type { Grammar } from './expression.ts';
import { compileGrammar } from './program.ts';
import type { TokenTrie } from './token-trie.ts';

/** So many lists of tokens are kept. */
const mostLists = 512;

/** Which tokens may follow a text so that it can still become one of a grammar. */
export class TokenConstraint {
  readonly #automaton: ByteAutomaton;
  readonly #allowed = new Map<number, Int32Array>();

  /** @param vocabulary bytes of each token */
  constructor(
    grammar: Grammar,
    private readonly vocabulary: ReadonlyMap<number, Uint8Array>,
    private readonly trie: TokenTrie,
  ) {
    this.#automaton = new ByteAutomaton(compileGrammar(grammar));
  }

  /** The state of the empty text. */
  get start(): number {
    return this.#automaton.start;
  }

  /** The state after one more token, or undefined if the grammar has no text that goes on so. */
  next(state: number, token: number): number | undefined {
    const bytes = this.vocabulary.get(token);
    if (!bytes) return undefined;
    let at = state;
    for (const byte of bytes) {
      at = this.#automaton.next(at, byte);
      if (at === dead) return undefined;
    }
    return at;
  }

  /** The state after some tokens, or undefined if the grammar has no text that begins so. */
  stateAfter(tokens: readonly number[]): number | undefined {
    let state: number | undefined = this.start;
    for (const token of tokens) {
      state = this.next(state, token);
      if (state === undefined) return undefined;
    }
    return state;
  }

  /** Whether the text may end in a state. */
  accepts(state: number): boolean {
    return this.#automaton.accepts(state);
  }

  /** The tokens that may come next in a state. */
  allowed(state: number): Int32Array {
    const known = this.#allowed.get(state);
    if (known) return known;
    const found: number[] = [];
    this.#walk(0, state, found);
    const list = Int32Array.from(found);
    const [oldest] = this.#allowed.keys();
    if (this.#allowed.size >= mostLists) this.#allowed.delete(oldest!);
    this.#allowed.set(state, list);
    return list;
  }

  #walk(node: number, state: number, found: number[]): void {
    const { firstChild, children, bytes, firstToken, tokens } = this.trie;
    for (let i = firstToken[node]!; i < firstToken[node + 1]!; i++) found.push(tokens[i]!);
    for (let i = firstChild[node]!; i < firstChild[node + 1]!; i++) {
      const child = children[i]!;
      const next = this.#automaton.next(state, bytes[child]!);
      if (next !== dead) this.#walk(child, next, found);
    }
  }
}
