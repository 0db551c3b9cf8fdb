/**
 * Checkpoints in a page's private file system whose saving is cut off, as by closing the page: at every change that it
 * makes there, one after the other.
 */
import { Checkpoints, readCheckpoint } from '../../src/trainer/checkpoints.ts';

/** Changes of the file system that stop for ever from a number on. */
class Cut {
  #left: number;
  readonly #undo: (() => void)[] = [];
  /** Done when the cut was come to. */
  readonly reached: Promise<'cut'>;
  #reach!: () => void;

  constructor(after: number) {
    this.#left = after;
    this.reached = new Promise((resolve) => {
      this.#reach = () => resolve('cut');
    });
    this.#watch(FileSystemFileHandle.prototype, 'createWritable');
    this.#watch(FileSystemDirectoryHandle.prototype, 'removeEntry');
    this.#watch(FileSystemDirectoryHandle.prototype, 'getDirectoryHandle');
  }

  #watch<Name extends string>(
    prototype: { [key in Name]: (...args: never[]) => Promise<unknown> },
    name: Name,
  ): void {
    const original = prototype[name];
    const cut = this;
    const watched = function (this: unknown, ...args: never[]) {
      if (cut.#left-- > 0) return original.apply(this, args);
      cut.#reach();
      return new Promise(() => {});
    };
    Object.assign(prototype, { [name]: watched });
    this.#undo.push(() => Object.assign(prototype, { [name]: original }));
  }

  end(): void {
    for (const undo of this.#undo) undo();
  }
}

const contents = (text: string) => ({ 'model.safetensors': text, 'inner/state.json': `"${text}"` });

async function textOf(path: string): Promise<string> {
  return new TextDecoder().decode((await readCheckpoint(path)).get('model.safetensors'));
}

/** What `prepare` leaves of a checkpoint that was being replaced, for each place where that can be cut off. */
export async function interruptedSaves(): Promise<string[]> {
  const found: string[] = [];
  for (let after = 0; ; after++) {
    const checkpoints = new Checkpoints(`interrupted/${after}`);
    await checkpoints.prepare();
    await checkpoints.write(3, contents('old'));
    const cut = new Cut(after);
    const outcome = await Promise.race([checkpoints.write(3, contents('new')), cut.reached]);
    cut.end();
    // Another page, which may be closed meanwhile too.
    const second = new Cut(Math.floor(after / 2));
    await Promise.race([checkpoints.prepare(), second.reached]);
    second.end();
    await checkpoints.prepare();
    const latest = await checkpoints.latest();
    found.push(latest === undefined ? 'lost' : await textOf(latest));
    if (outcome !== 'cut') return found;
  }
}
