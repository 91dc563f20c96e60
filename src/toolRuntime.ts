import type { Either } from 'fp-ts/Either';
import type { MonoTypeOperatorFunction, SchedulerLike } from 'rxjs';
import type { Clock } from '../operators/gates/Clock.js';
import type { Semaphore } from '../operators/gates/Semaphore.js';
import { withHedge } from '../operators/withHedge.js';
import { type RetrySettings, retrySettings } from '../operators/withRetry.js';
import { decode, decoderOf, guardOf } from './decode.js';
import type { ToolError } from './error.js';
import type { Load } from './event.js';
import type { Fault } from './fault.js';
import { cacheOf, circuitOf, type ReadyCache, type ReadyCircuit } from './tool.js';
import { type AnyTool, rateLimitOf, type ReadyRateLimit, semaphoreOf } from './tool.js';
import { type ToolStatus, toolStatus } from './status.js';

/** Where a call stands. */
export type CallPhase = 'idle' | 'queued' | 'running';

/** How many calls, or attempts, wait and how many run. */
export interface PhaseCounts {
  queued: number;
  running: number;
}

/** Counts one that goes from one phase to another; by names that are written out, which is faster than by computed ones. */
export function countMove(counts: PhaseCounts, from: CallPhase, to: CallPhase): void {
  if (from === 'running') counts.running--;
  else if (from === 'queued') counts.queued--;
  if (to === 'running') counts.running++;
  else if (to === 'queued') counts.queued++;
}

/** A registered tool: its gates and remedies, made once, and what it has to do now. */
export class ToolRuntime implements PhaseCounts {
  // What every call reads or writes comes first, and so lies together: measured with 100,000 tools.
  /** How many calls there are, those between two attempts too. */
  private calls = 0;
  running = 0;
  queued = 0;
  /** The last failure, until a success clears it. */
  lastError: ToolError | undefined = undefined;
  /** True for arguments that `decodeInput` would give as they are; it may be false for those too. */
  readonly acceptsInput: (value: unknown) => boolean;
  /** What a call consists of: one attempt that begins at once, one that passes gates, or attempts with something around. */
  readonly shape: 'plain' | 'gated' | 'pipeline';
  readonly timeoutMs: number;
  /** Undefined: none. */
  readonly deadlineMs: number | undefined;
  /** Reads a value that `run` gave; undefined where none is checked. */
  readonly decodeOutput: ((value: unknown) => Either<readonly Fault[], unknown>) | undefined;

  readonly semaphore: Semaphore | undefined;
  readonly rateLimit: ReadyRateLimit | undefined;
  readonly circuit: ReadyCircuit | undefined;
  readonly cache: ReadyCache | undefined;
  readonly hedge: MonoTypeOperatorFunction<unknown> | undefined;
  readonly retry: RetrySettings | undefined;
  /** False from when it is unregistered on. */
  registered = true;
  /** Ends the reports of the circuit's transitions. */
  stopReporting: () => void = reportsNothing;
  /** How many attempts wait for a rate permit. */
  private limited = 0;
  /** When the last of them is expected to start. */
  private limitedUntil = -Infinity;

  constructor(
    readonly tool: AnyTool,
    private readonly clock: Clock,
    scheduler: SchedulerLike,
  ) {
    this.acceptsInput = guardOf(tool.input);
    this.shape = !isOneAttempt(tool) ? 'pipeline' : isGated(tool) ? 'gated' : 'plain';
    this.timeoutMs = tool.timeoutMs ?? 30_000;
    this.deadlineMs = tool.deadlineMs;
    this.decodeOutput = tool.output && decoderOf(tool.output);
    this.semaphore = semaphoreOf(tool);
    this.rateLimit = rateLimitOf(tool);
    this.circuit = circuitOf(tool);
    this.cache = cacheOf(tool);
    this.hedge = tool.hedge && withHedge({ ...tool.hedge, scheduler });
    this.retry = tool.retry && retrySettings({ ...tool.retry, scheduler });
  }

  /** Reads arguments that `acceptsInput` is not sure of. */
  decodeInput(args: unknown): Either<readonly Fault[], unknown> {
    return decode(this.tool.input, args);
  }

  callBegan(): void {
    this.calls++;
  }

  callEnded(): void {
    this.calls--;
  }

  /** Counts a call that goes from one phase to another. */
  move(from: CallPhase, to: CallPhase): void {
    countMove(this, from, to);
  }

  /** Counts an attempt that waits for a rate permit until `availableAt`, as far as can be foreseen. */
  limitReached(availableAt: number): void {
    this.limited++;
    this.limitedUntil = Math.max(this.limitedUntil, availableAt);
  }

  /** Counts one that waits no longer. */
  limitPassed(): void {
    if (--this.limited === 0) this.limitedUntil = -Infinity;
  }

  /** True when no call of the tool goes on, and none has left work behind that keeps its slot. */
  get idle(): boolean {
    return this.calls === 0 && (this.semaphore?.permits ?? 0) === 0;
  }

  /** What the tool has to do now. */
  load(): Load {
    const { running, queued } = this;
    if (!isGated(this.tool)) return { running, queued, accepting: true };
    const availableAt = this.availableAt();
    const retryAt = this.circuit?.circuit.retryAt;
    return {
      running,
      queued,
      accepting: (this.semaphore?.accepts ?? true) && this.limitAccepts() && this.circuitAccepts(),
      ...(availableAt === undefined ? {} : { availableAt }),
      ...(retryAt === undefined ? {} : { retryAt }),
    };
  }

  now(): number {
    return this.clock.now();
  }

  status(): ToolStatus {
    return toolStatus(this.tool.name, this.load(), this.lastError, this.clock.now());
  }

  private circuitAccepts(): boolean {
    const state = this.circuit?.circuit.current(this.clock);
    return state !== 'open' && state !== 'isolated';
  }

  private limitAccepts(): boolean {
    // With a key for each caller there is no one answer; each key has its own.
    return !this.rateLimit || this.rateLimit.key !== undefined || this.rateLimit.limiter.accepts(this.clock);
  }

  private availableAt(): number | undefined {
    if (this.limited > 0) return this.limitedUntil;
    return this.limitAccepts() ? undefined : this.rateLimit?.limiter.availableAt(this.clock);
  }
}

function isOneAttempt({ operators, hedge, retry, cache, approve, fallback }: AnyTool): boolean {
  return !operators?.length && !hedge && !retry && !cache && !approve && fallback === undefined;
}

function isGated({ concurrency, rateLimit, circuitBreaker }: AnyTool): boolean {
  return concurrency !== undefined || rateLimit !== undefined || circuitBreaker !== undefined;
}

function reportsNothing(): void {
  // Without a circuit there is nothing to report.
}
