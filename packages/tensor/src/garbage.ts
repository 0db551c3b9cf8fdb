/** Bytes asked for to make an engine collect; never touched, so the system does not provide them. */
const decoyBytes = 128 * 2 ** 20;

/** Macrotasks after which nothing that is dead can be left. */
const patience = 8;

let collector: Promise<() => void> | undefined;

/**
 * Makes the garbage collector run, so that callbacks of finalization registries free what is dead. Engines do
 * not see device memory and would not collect on their own. The callbacks run in macrotasks of their own, so
 * this yields some.
 *
 * @param enough checked after each macrotask but the first few, in which an earlier collection may still be told.
 */
export async function collectGarbage(enough: () => boolean): Promise<void> {
  collector ??= isNode() ? nodeCollector() : Promise.resolve(decoy);
  const collect = await collector;
  for (let i = 0; i < patience && (i < 3 || !enough()); i++) {
    if (i === 0 || collect === decoy) collect();
    await macrotask();
  }
}

function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}

/** Node's own collector, without the need for a flag on the command line. */
async function nodeCollector(): Promise<() => void> {
  const [v8, vm] = await Promise.all([import('node:v8'), import('node:vm')]);
  v8.setFlagsFromString('--expose-gc');
  return vm.runInNewContext('gc') as () => void;
}

/**
 * Browsers count the bytes of array buffers and collect when there are many; V8 after two to five of these
 * (measured).
 */
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
