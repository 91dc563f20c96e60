import type { Report } from './report.js';

/** The report as JSON, for other programs. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
