import type { ModelSource } from './source.ts';

/** A source of which only the place is known; `choose` says what it is when the first file is wanted. */
export function deferredSource(
  location: string,
  choose: () => Promise<ModelSource>,
): Required<ModelSource> {
  let chosen: Promise<ModelSource> | undefined;
  function source(): Promise<ModelSource> {
    chosen ??= choose();
    return chosen;
  }
  return {
    location,
    read: async (file) => (await source()).read(file),
    open: async (file) => (await source()).open!(file),
    has: async (file) => (await source()).has(file),
    list: async () => (await source()).list!(),
  };
}
