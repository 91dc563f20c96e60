import { expect } from 'chai';
import { Subscription, type Subscriber } from 'rxjs';
import {
  isTerminal,
  type OrchestratorStats,
  statusAt,
  statusesOf,
  type ToolEvent,
  type ToolStatus,
  type ToolStatuses,
} from '../../src/index.js';
import { type Around, type CallPlan, type Noted, plannedTool, type Reaction, type Scenario } from './scenario.js';
import { Stage, toolOf } from './stage.js';

/** How a caller saw its call end. */
type Seen = 'complete' | 'error' | undefined;

/** A scenario, played. */
export class Play {
  readonly stage: Stage;
  /** What each tool has noted of itself. */
  readonly noted: readonly Noted[];
  /** Who subscribed to the history, and what of it each has seen. */
  readonly watched: number[][] = [];
  /** What was held right after everybody had left. */
  leftBehind: OrchestratorStats | undefined;
  readonly seen = new Map<string, Seen>();
  private readonly calls: Subscription[] = [];
  private readonly watchers = new Subscription();
  /** The first thing that was found wrong in a handler. */
  private failure: unknown;
  /** What follows from the events alone. */
  private folded: ToolStatuses = {};

  constructor(
    private readonly scenario: Scenario,
    around: Around = 'operators',
  ) {
    this.noted = scenario.tools.map(() => ({ pending: 0, mostPending: 0, signals: [] }));
    const tools = scenario.tools.map((plan, index) =>
      plannedTool(() => this.stage, plan, nameOf(index), this.noted[index] as Noted, around),
    );
    let ids = 0;
    this.stage = new Stage(tools, {
      history: { capacity: scenario.capacity },
      createId: () => `x${String(++ids)}`,
    });
    this.folded = this.statusesNow();
    this.stage.orchestrator.events$.subscribe((event) => {
      this.folded = statusesOf(this.folded, event);
      // While an event waits to be delivered, what is so now is ahead of what has been told.
      if (event.seq === this.published && 'tool' in event) {
        this.compareStatuses(`at event ${String(event.seq)}`, event.tool);
      }
    });
    for (const reaction of scenario.reactions) this.plan(reaction);
    for (const call of scenario.calls) {
      this.stage.at(call.at, () => {
        this.begin(call);
      });
    }
    for (const at of scenario.looks) {
      this.stage.at(at, () => {
        this.watch();
      });
    }
  }

  /** Lets it all happen; after 100 ms everybody leaves. */
  async run(): Promise<void> {
    const compare = (): void => {
      this.compareStatuses(`at ${String(this.stage.now)} ms`);
    };
    await this.stage.play(100, compare);
    for (const call of this.calls) call.unsubscribe();
    this.leftBehind = this.stage.orchestrator.stats();
    await this.stage.play(Infinity, compare);
    this.watch();
    this.watchers.unsubscribe();
  }

  /** The statuses were the same, by what the events say and by what the tools say, whenever they were compared. */
  expectStatusesAgreed(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private get published(): number {
    return this.stage.orchestrator.stats().events.published;
  }

  private begin({ tool, behaviour, leaves }: CallPlan): void {
    const index = tool % this.scenario.tools.length;
    const name = `c${String(this.calls.length)}`;
    const call = new Subscription();
    this.calls.push(call);
    this.seen.set(name, undefined);
    let values = 0;
    call.add(
      this.stage.call(name, behaviour, {
        tool: nameOf(index),
        next: () => {
          if (leaves && 'afterValues' in leaves && ++values === leaves.afterValues) call.unsubscribe();
        },
        error: () => this.seen.set(name, 'error'),
        complete: () => this.seen.set(name, 'complete'),
      }),
    );
    if (leaves && 'afterMs' in leaves) {
      this.stage.at(this.stage.now + leaves.afterMs, () => {
        call.unsubscribe();
      });
    }
  }

  private plan({ toEvent, does, which }: Reaction): void {
    const watching: Subscriber<ToolEvent> | Subscription = this.stage.orchestrator.events$.subscribe(({ seq }) => {
      if (seq < toEvent) return;
      watching.unsubscribe();
      this.react(does, which);
    });
  }

  private react(does: Reaction['does'], which: number): void {
    const { orchestrator } = this.stage;
    const name = nameOf(which % this.scenario.tools.length);
    switch (does) {
      case 'cancel':
        this.calls[which % Math.max(1, this.calls.length)]?.unsubscribe();
        break;
      case 'call':
        this.begin(this.scenario.calls[which % this.scenario.calls.length] as CallPlan);
        break;
      case 'register':
        orchestrator.register(toolOf(() => [1], { name: `new ${String(this.published)}` }));
        break;
      case 'unregister':
        orchestrator.unregister(name);
        break;
      case 'watch':
        this.watch();
        break;
      case 'throw':
        throw new Error('a subscriber that throws');
    }
  }

  private watch(): void {
    const seen: number[] = [];
    this.watched.push(seen);
    this.watchers.add(this.stage.orchestrator.history$.subscribe(({ seq }) => seen.push(seq)));
  }

  private statusesNow(): ToolStatuses {
    let now: ToolStatuses | undefined;
    this.stage.orchestrator.statuses$.subscribe((statuses) => (now ??= statuses)).unsubscribe();
    return now ?? {};
  }

  /** @param tool - Default: all. */
  private compareStatuses(when: string, tool?: string): void {
    const known = (statuses: ToolStatuses) =>
      Object.entries(statuses)
        .filter(([name]) => tool === undefined || name === tool)
        .map(([name, status]) => this.told(name, status));
    try {
      expect(known(this.folded), when).to.deep.equal(known(this.statusesNow()));
    } catch (error) {
      // Thrown in a handler it would be nobody's.
      this.failure ??= error;
    }
  }

  /** What of a status follows from events alone, also after time has passed. */
  private told(name: string, status: ToolStatus): unknown {
    const now = statusAt(status, this.stage.now);
    const plan = this.scenario.tools[Number(name.slice(1))];
    // Until when a slot will be taken is not known, so that what a rate limit leaves open is not either.
    return plan?.slots && plan.rateLimit ? { ...now, accepting: undefined } : now;
  }
}

/** All events of each call, in order. */
export function byCall(events: readonly ToolEvent[]): ReadonlyMap<string, readonly ToolEvent[]> {
  const calls = new Map<string, ToolEvent[]>();
  for (const event of events) {
    if (!('callId' in event)) continue;
    const known = calls.get(event.callId) ?? [];
    calls.set(event.callId, known);
    known.push(event);
  }
  return calls;
}

/** A call's events as a word, a letter for each, for a pattern to say which words are legal. */
export function wordOf(events: readonly ToolEvent[]): string {
  return events.map((event) => (isTerminal(event) ? 'T' : (letters[event.type] ?? '?'))).join('');
}

const letters: Readonly<Record<string, string>> = {
  'call.queued': 'q',
  'call.started': 's',
  'call.progressed': 'p',
  'call.emitted': 'e',
  'call.attemptFailed': 'f',
  'call.abandoned': 'a',
  'call.settledLate': 'l',
};

function nameOf(index: number): string {
  return `t${String(index)}`;
}
