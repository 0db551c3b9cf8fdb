/** A list of checks that is printed as it goes. */
export interface Checks {
  /** Runs one check and prints its name, outcome, seconds and result. */
  check(name: string, body: () => Promise<unknown>): Promise<void>;
  /** How many failed. */
  failures(): number;
}

/** @param stopAtFailure whether later checks build on earlier ones: they are then left out, and counted as failed */
export function checks({ stopAtFailure = false } = {}): Checks {
  let failures = 0;
  return {
    async check(name, body) {
      if (stopAtFailure && failures > 0) {
        failures++;
        console.log(`left out  ${name}`);
        return;
      }
      const started = performance.now();
      const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
      try {
        const detail = await body();
        const shown = typeof detail === 'string' && detail.length < 400 ? `: ${detail.trim()}` : '';
        console.log(`ok      ${name} (${seconds()})${shown}`);
      } catch (error) {
        failures++;
        console.log(
          `FAILED  ${name} (${seconds()})\n${error instanceof Error ? error.message : error}`,
        );
      }
    },
    failures: () => failures,
  };
}
