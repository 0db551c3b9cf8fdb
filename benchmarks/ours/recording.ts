/**
 * A backend that passes everything on and remembers the last run, so that a suite can run the same program
 * again under the profiler and look at its plan. It is made for one case, so that its memory holds nothing of
 * the cases before.
 *
 * @module
 */
import type {
  Backend,
  BackendBuffer,
  MemoryStatistics,
  Plan,
  Program,
  StepTiming,
} from '@llm/tensor/backend';

/** A wrapper around a backend of its own. */
export class RecordingBackend implements Backend {
  readonly name: string;
  readonly #backend: Backend;
  #last: { program: Program; bindings: readonly BackendBuffer[] } | undefined;

  /** @param name the device's name; another than that of the backend, which may be in use beside it. */
  constructor(backend: Backend, name: string) {
    this.#backend = backend;
    this.name = name;
  }

  /** The plan of the last run. @throws before the first one. */
  get lastPlan(): Plan {
    return this.#lastRun().program.plan;
  }

  /** Runs the last program again on the same buffers; the time of each of its kernels. */
  profileLast(): Promise<StepTiming[]> {
    const { program, bindings } = this.#lastRun();
    return this.#backend.profile(program, bindings);
  }

  #lastRun() {
    if (this.#last === undefined) throw new Error('RecordingBackend: nothing has run yet');
    return this.#last;
  }

  run(program: Program, bindings: readonly BackendBuffer[]): Promise<void> {
    this.#last = { program, bindings };
    return this.#backend.run(program, bindings);
  }

  get repeats(): boolean {
    return this.#backend.repeats ?? false;
  }

  supports(...question: Parameters<Backend['supports']>): boolean {
    return this.#backend.supports(...question);
  }

  takesStrided(...question: Parameters<NonNullable<Backend['takesStrided']>>): boolean {
    return this.#backend.takesStrided?.(...question) ?? false;
  }

  overwrites(...question: Parameters<NonNullable<Backend['overwrites']>>): boolean {
    return this.#backend.overwrites?.(...question) ?? false;
  }

  scratch(...question: Parameters<Backend['scratch']>): readonly number[] {
    return this.#backend.scratch(...question);
  }

  allocate(bytes: number, label: string): BackendBuffer {
    return this.#backend.allocate(bytes, label);
  }

  release(buffer: BackendBuffer): void {
    this.#backend.release(buffer);
  }

  write(buffer: BackendBuffer, data: Uint8Array, offset?: number): void {
    this.#backend.write(buffer, data, offset);
  }

  read(buffer: BackendBuffer, offset: number, bytes: number): Promise<Uint8Array> {
    return this.#backend.read(buffer, offset, bytes);
  }

  prepare(plan: Plan): Program {
    return this.#backend.prepare(plan);
  }

  profile(program: Program, bindings: readonly BackendBuffer[]): Promise<StepTiming[]> {
    return this.#backend.profile(program, bindings);
  }

  memory(): MemoryStatistics {
    return this.#backend.memory();
  }

  resetPeak(): void {
    if (!this.#backend.resetPeak) {
      throw new Error(`RecordingBackend: ${this.#backend.name} has no resetPeak`);
    }
    this.#backend.resetPeak();
  }

  dispose(): Promise<void> {
    return this.#backend.dispose();
  }
}
