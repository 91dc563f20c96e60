import type { CallHost, RunRequest } from './callHost.js';
import { ContextLog } from './context.js';
import type { RecordedCalls } from './recordedCalls.js';
import type { RunId } from './runIds.js';

/** A run of a flow, as its steps see it. */
export class FlowRun {
  /** The input, and what has been gathered so far. */
  readonly log: ContextLog;
  /** The calls of an earlier run of this id: what is done is not done again. */
  readonly recorded: RecordedCalls | undefined;
  /** How many runs this one is inside of. */
  readonly nesting: number;
  /** The keys of the steps that were skipped, and with nothing in their place; undefined: none. */
  private skipped: Set<string> | undefined;

  constructor(
    readonly host: CallHost,
    readonly id: RunId,
    input: object,
    { recorded, nesting = 0 }: Pick<RunRequest, 'recorded' | 'nesting'>,
  ) {
    this.log = new ContextLog(input);
    this.recorded = recorded;
    this.nesting = nesting;
  }

  skip(key: string): void {
    (this.skipped ??= new Set()).add(key);
  }

  isSkipped(key: string): boolean {
    return this.skipped?.has(key) === true;
  }

  /** The first of these keys that was skipped. */
  firstSkipped(keys: readonly string[]): string | undefined {
    return this.skipped && keys.find((key) => this.isSkipped(key));
  }
}
