/** Bytes asked for to make an engine collect; never touched, so the system does not provide them. */
const decoyBytes = 128 * 2 ** 20;

/** Tries after which nothing that is dead can be left: Node collects after two to five. */
const decoyLimit = 8;

/**
 * Makes the garbage collector run, so that callbacks of finalization registries free what is dead. Engines do
 * not see device memory and would not collect on their own, but they count bytes of array buffers. The
 * callbacks run in macrotasks, of which this yields one per try.
 *
 * @param enough checked after each try; ends early.
 */
export async function collectGarbage(enough: () => boolean): Promise<void> {
  for (let i = 0; i < decoyLimit && !enough(); i++) {
    decoy();
    await macrotask();
  }
}

function decoy(): void {
  try {
    new ArrayBuffer(decoyBytes);
  } catch {
    // No such range: the engine has then collected on its own before it gave up.
  }
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
