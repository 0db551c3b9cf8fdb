/** Work that is begun by calling it. */
export type Task<Result> = () => Result | Promise<Result>;

/**
 * The results of tasks in the tasks' order, `count` of which are under way or done while the caller works on the one
 * before; with 0 each is begun when it is asked for. Tasks are taken one after another; an error, of a task or of what
 * gives them, surfaces in its place.
 */
export async function* inOrder<Result>(
  tasks: AsyncIterable<Task<Result>>,
  count: number,
): AsyncGenerator<Result> {
  const iterator = tasks[Symbol.asyncIterator]();
  const waiting: Promise<{ readonly result: Result } | undefined>[] = [];
  let taken: Promise<unknown> = Promise.resolve();
  const begin = () => {
    const next = taken.then(() => iterator.next());
    taken = next.catch(() => {});
    const outcome = next.then(async ({ done, value }) =>
      done ? undefined : { result: await value() },
    );
    outcome.catch(() => {}); // an error surfaces where the result is awaited
    waiting.push(outcome);
  };
  try {
    for (let i = 0; i < count; i++) begin();
    for (;;) {
      if (count === 0) begin();
      const outcome = await waiting.shift();
      if (!outcome) return;
      if (count > 0) begin();
      yield outcome.result;
    }
  } finally {
    await iterator.return?.();
  }
}
