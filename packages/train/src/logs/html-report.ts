import type { TrainingArguments } from '../trainer/arguments.ts';
import type { TrainerCallback } from '../trainer/callback.ts';
import type { LogEntry, TrainerState } from '../trainer/state.ts';
import { runStorage } from '../trainer/storage/run-storage.ts';
import { loggingFolder } from './jsonl.ts';
import { type Curve, escapeHtml, svgCurves } from './svg-curve.ts';

/**
 * Writes `report.html`, a page of its own with the curves of loss, learning rate, throughput and metrics, after
 * each evaluation and at the end; in `logging_dir` by default.
 */
export function htmlReport(folder?: string): TrainerCallback {
  const write = async (args: TrainingArguments, state: TrainerState) => {
    const storage = await runStorage();
    const page = reportPage(args, state);
    await storage.save(folder ?? loggingFolder(args), { 'report.html': page });
  };
  return { on_evaluate: write, on_save: write, on_train_end: write };
}

/** The page of a run. */
export function reportPage(args: Partial<TrainingArguments>, state: TrainerState): string {
  const title = args.run_name ?? args.output_dir ?? 'training';
  const history = state.log_history;
  const names = new Set(history.flatMap((entry) => Object.keys(entry)));
  const known = new Set(['loss', 'eval_loss', 'learning_rate', 'grad_norm', 'step', 'epoch']);
  const metrics = [...names].filter(
    (name) => name.startsWith('eval_') && !known.has(name) && !/_(runtime|per_second)$/.test(name),
  );
  const throughput = [...names].filter((name) => name.endsWith('_per_second'));
  const sections: [string, readonly string[]][] = [
    ['Loss', ['loss', 'eval_loss']],
    ['Learning rate', ['learning_rate']],
    ['Gradient norm', ['grad_norm']],
    ...metrics.map((name): [string, readonly string[]] => [name, [name]]),
    ...throughput.map((name): [string, readonly string[]] => [name, [name]]),
  ];
  const figures = sections.map(([heading, wanted]) => {
    const figure = svgCurves(
      heading,
      wanted.flatMap((name) => curveOf(history, name) ?? []),
    );
    return figure && `<h2>${escapeHtml(heading)}</h2>${figure}`;
  });
  const best =
    state.best_metric === null
      ? ''
      : `, best ${escapeHtml(args.metric_for_best_model ?? 'metric')} ${state.best_metric} at step ${state.best_global_step}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>
body { font: 14px/1.5 system-ui, sans-serif; max-width: 720px; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
svg { width: 100%; font-size: 11px; } svg text:not([fill]) { fill: currentColor; }
td { padding-right: 1rem; vertical-align: top; }
</style>
<h1>${escapeHtml(title)}</h1>
<p>Step ${state.global_step} of ${state.max_steps}, epoch ${Number(state.epoch.toFixed(2))}${best}.</p>
${figures.filter(Boolean).join('\n')}
<h2>Arguments</h2>
<table>${Object.entries(args)
    .map(
      ([name, value]) =>
        `<tr><td>${escapeHtml(name)}<td>${escapeHtml(JSON.stringify(value) ?? '')}`,
    )
    .join('\n')}</table>
</html>
`;
}

function curveOf(history: readonly LogEntry[], name: string): Curve | undefined {
  const points = history
    .filter((entry) => entry[name] !== undefined)
    .map((entry): [number, number] => [entry.step!, entry[name]!]);
  return points.length > 0 ? { name, points } : undefined;
}
