import { type Either, isLeft, left, right } from 'fp-ts/Either';
import type { MonoTypeOperatorFunction, Observable, Unsubscribable } from 'rxjs';
import { subscriberOf } from '../operators/upstream.js';
import { withBulkhead } from '../operators/withBulkhead.js';
import { makeCall } from './call.js';
import type { Caller } from './callAnswer.js';
import type { CallHost, CallRequest } from './callHost.js';
import { ParallelFailed, type ToolError, ToolFailed } from './error.js';
import { leaveAll } from './leaveAll.js';
import type { Activity, RunListener } from './RunEvents.js';
import { callIdOf, type RunId } from './runIds.js';
import { emptyResult } from './StepCall.js';

/** What came of a call of a group: its last value, or what it errored with. */
type Settled = Either<ToolError, unknown>;

/** A call to be made. */
type Asked = Pick<CallRequest, 'tool' | 'arguments'>;

/** The calls of a group. */
export interface Group {
  readonly calls: readonly Asked[];
  readonly keyAt: (index: number) => string;
  /** Makes what the listener is given of the results, in the order of the calls. */
  readonly shape: (results: readonly Settled[]) => unknown;
}

/** How a group is run. */
export interface ParallelSettings {
  readonly failFast: boolean;
  readonly concurrency: number;
}

/**
 * Runs the calls of a group at once: one emission, when all have settled. `forkJoin` of Eithers; but it counts them,
 * where `forkJoin` looks each one up among all that go on when it ends, which makes many cost more than few. When it is
 * left, its calls are left from the last to the first: those who wait are gone by the time that a slot becomes free, and
 * none of them begins only to be stopped.
 */
export class ParallelRun implements Activity {
  private readonly results: Settled[];
  private readonly members: Member[] = [];
  /** How many have not settled. */
  private remaining: number;
  /** In the order in which they settled; wanted only where a failure ends the run. */
  private readonly settled: Map<string, Settled> | undefined;
  private readonly slots: MonoTypeOperatorFunction<unknown> | undefined;

  constructor(
    private readonly host: CallHost,
    readonly id: RunId,
    readonly group: Group,
    { failFast, concurrency }: ParallelSettings,
    private readonly listener: RunListener<unknown>,
  ) {
    const { calls } = group;
    this.remaining = calls.length;
    this.results = new Array<Settled>(calls.length);
    this.settled = failFast ? new Map() : undefined;
    this.slots = concurrency === Infinity ? undefined : withBulkhead({ concurrency, maxQueue: calls.length });
  }

  /** True when every call has settled. */
  get isDone(): boolean {
    return this.remaining === 0;
  }

  start(): void {
    const { group, host, listener, members, slots } = this;
    const { calls } = group;
    if (this.isDone) this.finish();
    for (let index = 0; index < calls.length && !listener.closed; index++) {
      const member = new Member(this, index, calls[index] as Asked);
      members.push(member);
      if (slots) subscribeTo(host.callOf(member).pipe(slots), member);
      else makeCall(host, member, member);
    }
  }

  unsubscribe(): void {
    if (!this.isDone) leaveAll(this.members.filter(({ closed }) => !closed));
  }

  memberSettled(member: Member, result: Settled): void {
    const { id, listener, settled } = this;
    this.results[member.index] = result;
    settled?.set(member.step, result);
    if (settled && isLeft(result)) {
      const { callId, step, tool } = member;
      const results = Object.fromEntries(settled);
      listener.error(new ParallelFailed({ tool, callId, runId: id.text, member: step, cause: result.left, results }));
      return;
    }
    listener.advanced(member);
    if (--this.remaining === 0) this.finish();
  }

  private finish(): void {
    const { group, listener, results } = this;
    listener.next(group.shape(results));
    listener.complete();
  }
}

/** A call of a group: what is asked for, and who asks. */
class Member implements Caller, CallRequest, Unsubscribable {
  readonly tool: string;
  readonly arguments: unknown;
  /** True once it has been told of the end, or has left. */
  closed = false;
  /** True once it has been given a value. */
  private hasValue = false;
  private value: unknown;
  /** What goes on for it. */
  private call: Unsubscribable | undefined;

  constructor(
    private readonly run: ParallelRun,
    readonly index: number,
    call: Asked,
  ) {
    this.tool = call.tool;
    this.arguments = call.arguments;
  }

  get step(): string {
    return this.run.group.keyAt(this.index);
  }

  get callId(): string {
    return callIdOf(this.runId, this.step);
  }

  get namesItself(): boolean {
    return true;
  }

  get runId(): string {
    return this.run.id.text;
  }

  add(call: Unsubscribable): void {
    if (this.closed) call.unsubscribe();
    else this.call = call;
  }

  next(value: unknown): void {
    if (this.closed) return;
    this.hasValue = true;
    this.value = value;
  }

  error(error: unknown): void {
    this.settle(left(error as ToolError));
  }

  complete(): void {
    if (this.closed) return;
    const { tool, hasValue, value } = this;
    if (hasValue) this.settle(right(value));
    else this.settle(left(new ToolFailed({ tool, callId: this.callId, attempt: 1, cause: new Error(emptyResult) })));
  }

  unsubscribe(): void {
    const { call } = this;
    this.closed = true;
    this.call = undefined;
    call?.unsubscribe();
  }

  private settle(result: Settled): void {
    if (this.closed) return;
    this.closed = true;
    this.call = undefined;
    this.value = undefined;
    this.run.memberSettled(this, result);
  }
}

function subscribeTo(source$: Observable<unknown>, member: Member): void {
  const subscriber = subscriberOf(member);
  member.add(subscriber);
  source$.subscribe(subscriber);
}
