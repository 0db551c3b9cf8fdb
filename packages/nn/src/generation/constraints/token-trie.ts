/** The tokens of a vocabulary by their bytes: tokens that begin alike share a path. */
export class TokenTrie {
  /** By node: nodes below, in `children` from `firstChild[node]` to `firstChild[node + 1]`. */
  readonly firstChild: Int32Array;
  readonly children: Int32Array;
  /** By node: the byte that leads to it. */
  readonly bytes: Uint8Array;
  /** By node: the tokens that end there, in `tokens` from `firstToken[node]` to `firstToken[node + 1]`. */
  readonly firstToken: Int32Array;
  readonly tokens: Int32Array;

  /** @param vocabulary bytes of each token; those without bytes are left out */
  constructor(vocabulary: ReadonlyMap<number, Uint8Array>) {
    const root: Node = { byte: 0, below: new Map(), tokens: [] };
    const nodes = [root];
    for (const [token, bytes] of vocabulary) {
      if (bytes.length === 0) continue;
      let node = root;
      for (const byte of bytes) {
        let next = node.below.get(byte);
        if (!next) {
          next = { byte, below: new Map(), tokens: [] };
          node.below.set(byte, next);
          nodes.push(next);
        }
        node = next;
      }
      node.tokens.push(token);
    }
    const numbers = new Map(nodes.map((node, i) => [node, i]));
    this.bytes = Uint8Array.from(nodes, ({ byte }) => byte);
    this.firstChild = starts(nodes.map(({ below }) => below.size));
    this.children = Int32Array.from(
      nodes.flatMap(({ below }) => Array.from(below.values(), (each) => numbers.get(each)!)),
    );
    this.firstToken = starts(nodes.map(({ tokens }) => tokens.length));
    this.tokens = Int32Array.from(nodes.flatMap(({ tokens }) => tokens));
  }
}

interface Node {
  readonly byte: number;
  readonly below: Map<number, Node>;
  readonly tokens: number[];
}

/** Where each part starts in the list of all, and where the last ends. */
function starts(sizes: readonly number[]): Int32Array {
  const result = new Int32Array(sizes.length + 1);
  sizes.forEach((size, i) => {
    result[i + 1] = result[i]! + size;
  });
  return result;
}
