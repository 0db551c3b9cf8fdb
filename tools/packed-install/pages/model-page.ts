// Runs the model of README.md, which lies beside this file as model.ts, and leaves word when it is done.
const page = globalThis as { outcome?: string };
try {
  // @ts-expect-error: written by the packed-install test
  await import('./model.ts');
  page.outcome = 'done';
} catch (error) {
  page.outcome = error instanceof Error ? (error.stack ?? error.message) : String(error);
}
