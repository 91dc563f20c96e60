import { Observable } from 'rxjs';
import { catchUp } from '../operators/catchUp.js';
import type { Clock } from '../operators/gates/Clock.js';
import { Broadcast } from './Broadcast.js';
import type { ToolEvent } from './event.js';
import { type History } from './history.js';

type Unsealed<Event> = Event extends ToolEvent ? Omit<Event, 'v' | 'seq' | 'at'> : never;

/** An event before it is numbered and dated. */
export type UnsealedEvent = Unsealed<ToolEvent>;

/**
 * Where all events of an orchestrator go: numbered without a gap, delivered in that order to everybody, and retained.
 * An event that nobody observes and nothing retains is not even made, though it is counted. Whoever observes one tool
 * makes no others cost anything.
 */
export class EventBus {
  private readonly all = new Broadcast<ToolEvent>();
  /** Those who observe one tool, by its name: only as long as there are any. */
  private readonly byTool = new Map<string, Broadcast<ToolEvent>>();
  private latest = 0;
  /** Published from inside a handler, and not delivered yet. */
  private waiting: ToolEvent[] = [];
  private delivering = false;

  /** What is published from now on. */
  readonly events$: Observable<ToolEvent> = this.all.stream$;
  /** What is retained, then what is published: no gap, no repeat. */
  readonly history$: Observable<ToolEvent> = catchUp(() => this.history.toArray(), this.events$);

  constructor(
    private readonly clock: Clock,
    private readonly history: History<ToolEvent>,
  ) {}

  /** The number of the latest event. */
  get seq(): number {
    return this.latest;
  }

  /** What is published of a tool from now on. */
  eventsOf(tool: string): Observable<ToolEvent> {
    return new Observable((subscriber) => {
      const ofTool = this.byTool.get(tool) ?? new Broadcast<ToolEvent>();
      this.byTool.set(tool, ofTool);
      const subscription = ofTool.stream$.subscribe(subscriber);
      return () => {
        subscription.unsubscribe();
        if (!ofTool.observed && this.byTool.get(tool) === ofTool) this.byTool.delete(tool);
      };
    });
  }

  /** True when an event is observed or retained; else it need only be counted. @param tool - The tool it is about. */
  wants(tool: string | undefined): boolean {
    if (this.history.capacity > 0 || this.all.observed) return true;
    return tool !== undefined && this.byTool.size > 0 && this.byTool.has(tool);
  }

  /** Counts an event that nobody wants. */
  skip(): void {
    this.latest++;
  }

  /**
   * @param tool - The tool that it is about, if it is about one.
   * @param make - Called at once, if at all. What is published inside it comes first.
   */
  publish(tool: string | undefined, make: () => UnsealedEvent): void {
    if (this.wants(tool)) this.send({ v: 1, seq: 0, at: 0, ...make() });
    else this.skip();
  }

  /** Numbers and dates an event that is finished but for that, and delivers it. @param at - Now, by the clock. */
  send(event: ToolEvent, at = this.clock.now()): void {
    const sealed: { -readonly [Key in 'seq' | 'at']: number } = event;
    sealed.seq = ++this.latest;
    sealed.at = at;
    this.history.push(event);
    if (this.delivering) this.waiting.push(event);
    else this.deliver(event);
  }

  /**
   * Everybody is given the same order: what is published inside a handler waits until all have been told of the event
   * that is being delivered, which a Subject would not see to.
   */
  private deliver(first: ToolEvent): void {
    this.delivering = true;
    try {
      this.give(first);
      while (this.waiting.length > 0) {
        const batch = this.waiting;
        this.waiting = [];
        for (const event of batch) this.give(event);
      }
    } finally {
      this.delivering = false;
    }
  }

  private give(event: ToolEvent): void {
    this.all.send(event);
    if (this.byTool.size > 0 && 'tool' in event) this.byTool.get(event.tool)?.send(event);
  }
}
