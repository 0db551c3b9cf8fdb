import type { CompileProgress } from './pipelines.ts';

/**
 * Shows on a terminal how far the compilation of shaders has come, on a line that goes away at the end. In a page, or
 * where standard error is no terminal, nothing is shown: pass `onCompile`.
 */
export function showCompileProgress({ done, total }: CompileProgress): void {
  const terminal = globalThis.process?.stderr;
  if (!terminal?.isTTY) return;
  terminal.write(done === total ? '\r\x1b[K' : `\rwebgpu: compiling shaders, ${done} of ${total}`);
}
