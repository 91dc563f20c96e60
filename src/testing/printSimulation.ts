import { durationText } from './frames.js';
import type { Quantiles } from './Histogram.js';
import type { SimulationReport } from './simulationReport.js';
import type { ToolTraffic } from './ToolTally.js';

/** A report as tables: what became of the calls, how long they took and waited, and how the queues went. */
export function printSimulation(report: Omit<SimulationReport, 'toString'>): string {
  const { calls, durationMs, endedAtMs, seed, tools, unfinished } = report;
  const rows = Object.entries(tools);
  const ends = rows.map(([name, tool]) => [
    name,
    ...[tool.calls, tool.succeeded, tool.failed, tool.timedOut, tool.rejected, tool.cancelled].map(grouped),
    ...[tool.attempts, tool.retries].map(grouped),
  ]);
  const times = rows.flatMap(([name, tool]) => [
    [`${name}: latency`, ...quantiles(tool.latencyMs)],
    [`${name}: waiting`, ...quantiles(tool.waitingMs)],
  ]);
  const levels = rows.flatMap(([name, tool]) => [
    levelOf(`${name}: running`, tool.running),
    levelOf(`${name}: queued`, tool.queued),
  ]);
  const refusals = rows.flatMap(([name, { rejectedBy }]) =>
    Object.entries(rejectedBy).map(([tag, count]) => `${name}: ${grouped(count)} refused by ${tag}`),
  );
  return [
    `${grouped(calls)} calls in ${durationText(durationMs)} (seed ${seed}), the last over at ${durationText(Math.round(endedAtMs))}`,
    ...(unfinished > 0 ? [`${grouped(unfinished)} calls never ended`] : []),
    '',
    ...table(['', 'calls', 'succeeded', 'failed', 'timed out', 'refused', 'left', 'attempts', 'retries'], ends),
    ...refusals,
    '',
    ...table(['ms', 'p50', 'p90', 'p95', 'p99', 'p99.9', 'max', 'mean'], times),
    '',
    ...table(['at a time', 'mean', 'max', 'the most in each part'], levels, 3),
  ].join('\n');
}

function quantiles({ p50, p90, p95, p99, p999, max, mean }: Quantiles): readonly string[] {
  return [p50, p90, p95, p99, p999, max, mean].map((ms) => grouped(Math.round(ms)));
}

function levelOf(name: string, { mean, max, maxOfParts }: ToolTraffic['queued']): readonly string[] {
  return [name, mean.toFixed(2), grouped(max), bars(maxOfParts)];
}

/** `▁▂▃▅█`: the highest is the most. */
function bars(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  return values
    .map((value) => (value === 0 ? '·' : (heights[Math.ceil((value / most) * heights.length) - 1] ?? '')))
    .join('');
}

const heights = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Numbers to the right, but for the first column and those from `leftFrom` on. */
function table(head: readonly string[], rows: readonly (readonly string[])[], leftFrom = Infinity): readonly string[] {
  const all = [head, ...rows];
  const widths = head.map((_title, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column >= leftFrom ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
