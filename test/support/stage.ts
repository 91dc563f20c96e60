import { expect } from 'chai';
import * as t from 'io-ts';
import type { Subscription } from 'rxjs';
import {
  type AnyTool,
  createOrchestrator,
  defineTool,
  type Orchestrator,
  type OrchestratorOptions,
  type ToolCall,
  type ToolError,
  type ToolEvent,
  type ToolEventOf,
  type ToolEventType,
  type ToolStatus,
} from '../../src/index.js';
import { VirtualScheduler } from '../../src/testing/index.js';

/** A tool named `t` that takes anything. What `run` gives is not checked: it may give what no tool should. */
export function toolOf(
  run: (args: never, call: ToolCall) => unknown,
  settings: Partial<Omit<AnyTool, 'run'>> = {},
): AnyTool {
  const defaults = { name: 't', description: 'A tool.', input: t.unknown };
  // Which of the overloads it is depends on whether there is an `output`; the types of both are too narrow here anyway.
  return defineTool({ ...defaults, ...settings, run } as never);
}

/** What a caller does with what it is told, beside being written down. */
export interface Caller {
  readonly next?: (value: unknown) => void;
  readonly error?: (error: ToolError) => void;
  readonly complete?: () => void;
}

/**
 * An orchestrator in virtual time. Everything that is said is written down in one list, in the order in which it is
 * said: `3 a started` is an event of the call `a` at 3 ms, `3 a > 1` is what its caller is told.
 */
export class Stage {
  readonly scheduler = new VirtualScheduler();
  readonly orchestrator: Orchestrator;
  readonly events: ToolEvent[] = [];
  readonly log: string[] = [];

  constructor(tools: readonly AnyTool[], options: Omit<OrchestratorOptions, 'tools' | 'scheduler'> = {}) {
    this.orchestrator = createOrchestrator({ ...options, tools, scheduler: this.scheduler });
    this.orchestrator.events$.subscribe((event) => {
      this.events.push(event);
      if ('callId' in event && event.type !== 'run.advanced') this.log.push(brief(event));
    });
  }

  get now(): number {
    return this.scheduler.now();
  }

  /** Makes a call with the name as its id, and writes down what its caller is told. */
  call(
    name: string,
    args: unknown = {},
    { tool = 't', ...caller }: Caller & { readonly tool?: string } = {},
  ): Subscription {
    return this.orchestrator.execute(tool, args, { callId: name }).subscribe({
      next: (value) => {
        this.log.push(`${this.now} ${name} > ${String(value)}`);
        caller.next?.(value);
      },
      error: (error: ToolError) => {
        this.log.push(`${this.now} ${name} > ${error._tag}`);
        caller.error?.(error);
      },
      complete: () => {
        this.log.push(`${this.now} ${name} > end`);
        caller.complete?.();
      },
    });
  }

  /** The event of this type; of this call, where there are several. The last one, where there still are. */
  event<Type extends ToolEventType>(type: Type, callId?: string): ToolEventOf<Type> {
    const found = this.events
      .filter((event) => event.type === type)
      .filter((event) => callId === undefined || ('callId' in event && event.callId === callId))
      .at(-1);
    if (!found) throw new Error(`expected an event ${type}, got only ${this.log.join(', ')}`);
    return found;
  }

  /** What whoever asks now is told of a tool's status. */
  status(tool = 't'): ToolStatus | undefined {
    let status: ToolStatus | undefined;
    this.orchestrator
      .status$(tool)
      .subscribe((current) => {
        status ??= current;
      })
      .unsubscribe();
    return status;
  }

  /** Does something when it is time. */
  at(ms: number, action: () => void): void {
    this.scheduler.schedule(action, ms - this.now);
  }

  /** A promise that is kept when the time has come. */
  later<T>(ms: number, value: T): Promise<T> {
    return new Promise((resolve) => {
      this.scheduler.schedule(() => {
        resolve(value);
      }, ms);
    });
  }

  /** A promise that is broken when the time has come. */
  laterFails(ms: number, error: unknown): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.scheduler.schedule(() => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a tool may throw anything
        reject(error);
      }, ms);
    });
  }

  /** Lets time pass, for tools without promises: all of it, or up to and with `untilMs`. */
  flush(untilMs = Infinity): void {
    this.scheduler.flush(untilMs);
  }

  /**
   * Lets time pass as a host does: after each timer, the promises that it has settled are heard of.
   *
   * @param between - Called whenever all is done that is due at an instant.
   */
  async play(untilMs = Infinity, between?: () => void): Promise<void> {
    await settle();
    const { scheduler } = this;
    for (let due = scheduler.next; due !== undefined && due <= untilMs; due = scheduler.next) {
      if (due > this.now) between?.();
      scheduler.step();
      await settle();
    }
    between?.();
    if (untilMs < Infinity) scheduler.flush(untilMs);
  }

  /** Nothing is held, waited for or scheduled. */
  expectNothingHeld(): void {
    const { running, queued, permits, waiting, timers } = this.orchestrator.stats();
    const scheduled = this.scheduler.pending;
    expect({ running, queued, permits, waiting, timers, scheduled }).to.deep.equal({
      running: 0,
      queued: 0,
      permits: 0,
      waiting: 0,
      timers: 0,
      scheduled: 0,
    });
  }
}

/** Lets all promises that are settled be heard of, and those that are settled by that: many turns of microtasks. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 64; turn++) await Promise.resolve();
}

function brief(event: Extract<ToolEvent, { readonly callId: string }>): string {
  return `${event.at} ${event.callId} ${event.type.replace('call.', '')}`;
}
