import type { ToolTraffic } from './ToolTally.js';

/** What came of a simulation. */
export interface SimulationReport {
  readonly durationMs: number;
  readonly seed: number;
  /** When the last call had ended, or the last thing happened that could. */
  readonly endedAtMs: number;
  readonly calls: number;
  /** Calls that never ended: nothing was scheduled any more that could have ended them. */
  readonly unfinished: number;
  /** By the tools' names. */
  readonly tools: Readonly<Record<string, ToolTraffic>>;
  /** A table. */
  toString(): string;
}
