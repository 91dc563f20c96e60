import { type Either, left, right } from 'fp-ts/Either';
import { Observable, type Subscriber, type Unsubscribable } from 'rxjs';
import type { Caller } from './callAnswer.js';
import type { ToolError } from './error.js';

/** What came of one of several sources: its last value, or what it errored with. */
export type Settled = Either<ToolError, unknown>;

/** Several sources that run together. */
export interface Sources {
  readonly count: number;
  begin(index: number, member: Caller): void;
  /** What a source has errored with that gave nothing. */
  emptiness(index: number): ToolError;
  /** Hears of each when it has settled. An error that it returns ends them all. */
  settled(index: number, result: Settled): ToolError | undefined;
}

/**
 * `forkJoin`, of Eithers: one emission, when all have settled. Counts them, where `forkJoin` looks each one up among all
 * that go on when it ends, which makes many cost more than few. When it is left, its sources are left from the last to
 * the first: those who wait are gone by the time that a slot becomes free, and none of them begins only to be stopped.
 */
export function joined(sources: Sources): Observable<readonly Settled[]> {
  return new Observable((subscriber) => {
    new Join(sources, subscriber).start();
  });
}

class Join {
  private readonly results: Settled[];
  private readonly members: Member[] = [];
  /** How many have not settled. */
  private remaining: number;

  constructor(
    private readonly sources: Sources,
    private readonly subscriber: Subscriber<readonly Settled[]>,
  ) {
    this.remaining = sources.count;
    this.results = new Array<Settled>(sources.count);
  }

  start(): void {
    const { members, sources, subscriber } = this;
    subscriber.add(() => {
      for (let index = members.length - 1; index >= 0; index--) members[index]?.unsubscribe();
    });
    for (let index = 0; index < sources.count && !subscriber.closed; index++) {
      const member = new Member(this, index);
      members.push(member);
      sources.begin(index, member);
    }
  }

  settle(index: number, result: Settled): void {
    const { results, sources, subscriber } = this;
    results[index] = result;
    const error = sources.settled(index, result);
    if (error) {
      subscriber.error(error);
    } else if (--this.remaining === 0) {
      subscriber.next(results);
      subscriber.complete();
    }
  }

  emptiness(index: number): ToolError {
    return this.sources.emptiness(index);
  }
}

class Member implements Caller, Unsubscribable {
  /** True once it has been told of the end, or has left. */
  closed = false;
  /** True once it has been given a value. */
  private hasValue = false;
  private value: unknown;
  /** What goes on for it. */
  private call: Unsubscribable | undefined;

  constructor(
    private readonly join: Join,
    private readonly index: number,
  ) {}

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
    const { join, index, hasValue, value } = this;
    if (!this.closed) this.settle(hasValue ? right(value) : left(join.emptiness(index)));
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
    this.join.settle(this.index, result);
  }
}
