import type { LoadedBatch } from './loader.ts';

/**
 * The batches of each update: `size` of them, fewer at the end. The next ones are made while the caller works on
 * these.
 */
export async function* windows(
  batches: AsyncGenerator<LoadedBatch>,
  size: number,
): AsyncGenerator<readonly LoadedBatch[]> {
  const next = () => {
    const window = collect(batches, size);
    window.catch(() => {}); // an error surfaces where the window is awaited
    return window;
  };
  try {
    let coming = next();
    for (;;) {
      const window = await coming;
      if (window.length === 0) return;
      coming = next();
      yield window;
    }
  } finally {
    await batches.return(undefined);
  }
}

async function collect(
  batches: AsyncGenerator<LoadedBatch>,
  size: number,
): Promise<readonly LoadedBatch[]> {
  const window: LoadedBatch[] = [];
  while (window.length < size) {
    const { done, value } = await batches.next();
    if (done) break;
    window.push(value);
  }
  return window;
}
