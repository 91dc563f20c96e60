import type { Figure } from './BenchRow.js';
import { type Bound, type Budget, reached } from './budgets.js';

/** The figures as a table in Markdown. */
export function tableOf(figures: readonly Figure[], budgets: Readonly<Record<string, Budget>>): string {
  const rows = figures.map((figure) => rowOf(figure, budgets[figure.id]?.goal));
  const head = ['work', 'by hand', 'goal', 'measured', 'spread', ''];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf({ work, unit, value, spread, byHand }: Figure, goal: Bound | undefined): readonly string[] {
  const show = (figure: number): string => shown(figure, unit);
  return [
    work,
    byHand === undefined ? '' : show(byHand),
    goal ? boundOf(goal, show) : '',
    show(value),
    spread ? `${show(spread[0])} – ${show(spread[1])}` : '',
    goal ? (reached(goal, value) ? 'reached' : 'not reached') : '',
  ];
}

function boundOf({ atLeast, atMost }: Bound, show: (figure: number) => string): string {
  return atLeast === undefined ? `≤ ${show(atMost ?? NaN)}` : `≥ ${show(atLeast)}`;
}

function shown(figure: number, unit: Figure['unit']): string {
  switch (unit) {
    case 'x':
      return figure.toFixed(figure < 10 ? 2 : 1);
    case 'bytes':
      return `${Math.round(figure).toLocaleString('en-US')} B`;
    case 'ms':
      return `${figure.toFixed(1)} ms`;
    case 'us':
      return `${figure.toFixed(2)} µs`;
    case 'count':
      return String(figure);
  }
}
