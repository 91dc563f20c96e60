import {
  distinctUntilChanged,
  filter,
  map,
  type Observable,
  scan,
  type SchedulerLike,
  skipWhile,
  takeWhile,
} from 'rxjs';
import { catchUp, type Numbered } from '../operators/catchUp.js';
import type { Clock } from '../operators/gates/Clock.js';
import { expireStatus } from '../operators/expireStatus.js';
import type { ToolEvent } from './event.js';
import type { EventBus } from './eventBus.js';
import {
  sameStatus,
  statusAt,
  statusesOf,
  statusOf,
  statusUntil,
  type ToolStatus,
  type ToolStatuses,
} from './status.js';
import type { AnyTool } from './tool.js';
import { reportCircuit } from './circuitEvents.js';
import { ToolRuntime } from './toolRuntime.js';

/** What the gates of all tools hold. */
export interface Held {
  readonly running: number;
  readonly queued: number;
  readonly permits: number;
  readonly waiting: number;
  readonly timers: number;
}

/** The tools of an orchestrator, as they come and go, and how each is doing. */
export class Registry {
  private readonly runtimes = new Map<string, ToolRuntime>();
  /** Those that are registered no longer, but may have calls that go on. */
  private readonly retired = new Set<ToolRuntime>();
  /** The catalogue as last given out; undefined once it has changed. */
  private catalogue: readonly AnyTool[] | undefined;

  /** The tools, now and at each change. */
  readonly tools$: Observable<readonly AnyTool[]>;
  /** All statuses by name, now and at each change. */
  readonly statuses$: Observable<ToolStatuses>;

  constructor(
    private readonly bus: EventBus,
    private readonly clock: Clock,
    private readonly scheduler: SchedulerLike,
  ) {
    this.tools$ = this.nowAndThen(bus.events$.pipe(filter(isOfCatalogue)), () => undefined).pipe(
      map(() => this.tools),
      distinctUntilChanged(),
    );
    this.statuses$ = this.nowAndThen(bus.events$, () => this.statuses()).pipe(
      scan((statuses: ToolStatuses, next) => ('past' in next ? next.past : statusesOf(statuses, next.event)), {}),
      distinctUntilChanged(),
      expireStatus(scheduler, firstStatusUntil, statusesAt),
    );
  }

  get tools(): readonly AnyTool[] {
    return (this.catalogue ??= [...this.runtimes.values()].map(({ tool }) => tool));
  }

  get names(): readonly string[] {
    return [...this.runtimes.keys()];
  }

  find(name: string): ToolRuntime | undefined {
    return this.runtimes.get(name);
  }

  /** @throws TypeError where the name is taken. */
  add(tool: AnyTool): void {
    if (this.runtimes.has(tool.name)) {
      throw new TypeError(`tool: expected a name that is not registered yet, got '${tool.name}'; unregister it first`);
    }
    const runtime = new ToolRuntime(tool, this.clock, this.scheduler);
    this.runtimes.set(tool.name, runtime);
    this.catalogue = undefined;
    this.bus.publish(tool.name, () => ({ type: 'tool.registered', tool: tool.name, description: tool.description }));
    runtime.stopReporting = reportCircuit(this.bus, runtime);
  }

  /** False where there was no such tool. */
  remove(name: string): boolean {
    const runtime = this.runtimes.get(name);
    if (!runtime) return false;
    runtime.stopReporting();
    runtime.registered = false;
    this.runtimes.delete(name);
    this.forgetIdle();
    if (!runtime.idle) this.retired.add(runtime);
    this.catalogue = undefined;
    this.bus.publish(name, () => ({ type: 'tool.unregistered', tool: name }));
    return true;
  }

  /** A tool's status from its registration on, until it is unregistered. */
  status$(name: string): Observable<ToolStatus> {
    return this.nowAndThen(this.bus.eventsOf(name), () => this.find(name)?.status()).pipe(
      scan(
        (status: ToolStatus | undefined, next) => ('past' in next ? next.past : statusOf(status, next.event)),
        undefined,
      ),
      skipWhile((status) => status === undefined),
      takeWhile((status) => status !== undefined),
      distinctUntilChanged(sameStatus),
      expireStatus(this.scheduler, statusUntil, statusAt),
    );
  }

  /** What the gates hold now, those of several tools counted once. */
  held(): Held {
    this.forgetIdle();
    const runtimes = [...this.runtimes.values(), ...this.retired];
    const loads = runtimes.map((runtime) => runtime.load());
    const semaphores = new Set(runtimes.flatMap(({ semaphore }) => semaphore ?? []));
    const limiters = new Set(runtimes.flatMap(({ rateLimit }) => rateLimit?.limiter ?? []));
    const gates = [...semaphores, ...limiters];
    return {
      running: sum(loads, ({ running }) => running),
      queued: sum(loads, ({ queued }) => queued),
      permits: sum([...semaphores], ({ permits }) => permits),
      waiting: sum(gates, ({ queued }) => queued),
      timers: sum(gates, ({ timers }) => timers),
    };
  }

  private forgetIdle(): void {
    for (const runtime of this.retired) if (runtime.idle) this.retired.delete(runtime);
  }

  /** What is so now, then the events that follow it. */
  private nowAndThen<Past>(
    events$: Observable<ToolEvent>,
    past: () => Past,
  ): Observable<{ readonly past: Past } | { readonly event: ToolEvent }> {
    return catchUp<Numbered & ({ readonly past: Past } | { readonly event: ToolEvent })>(
      () => [{ seq: this.bus.seq, past: past() }],
      events$.pipe(map((event) => ({ seq: event.seq, event }))),
    );
  }

  private statuses(): ToolStatuses {
    return Object.fromEntries([...this.runtimes].map(([name, runtime]) => [name, runtime.status()]));
  }
}

function isOfCatalogue({ type }: ToolEvent): boolean {
  return type === 'tool.registered' || type === 'tool.unregistered';
}

function firstStatusUntil(statuses: ToolStatuses): number | undefined {
  const times = Object.values(statuses).flatMap((status) => statusUntil(status) ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function statusesAt(statuses: ToolStatuses, now: number): ToolStatuses {
  return Object.fromEntries(Object.entries(statuses).map(([name, status]) => [name, statusAt(status, now)]));
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
