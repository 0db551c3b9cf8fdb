import { devices } from '@llm/kernels-webgpu';
import type { Command } from 'commander';
import { type Io, writeJson } from '../io.ts';

/** `llm devices`: where models can run. */
export function addDevices(program: Command, io: Io): void {
  program
    .command('devices')
    .description('show where models can run')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { availableParallelism } = await import('node:os');
      const { adapters, reason } = await devices();
      const threads = availableParallelism();
      if (json) return writeJson(io, { wasm: { threads }, webgpu: { adapters, reason } });
      io.out.write(`wasm    ${threads} threads\n`);
      for (const { description, vendor, architecture, isFallback, features } of adapters) {
        const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
        io.out.write(
          `webgpu  ${name}${isFallback ? ' (software)' : ''}\n        ${features.join(', ')}\n`,
        );
      }
      if (reason) io.out.write(`webgpu  none: ${reason}\n`);
    });
}
