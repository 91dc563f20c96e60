import type { Observable } from 'rxjs';
import { catchUp } from '../operators/catchUp.js';
import type { Clock } from '../operators/gates/Clock.js';
import { OrderedSubject } from '../operators/OrderedSubject.js';
import type { ToolEvent } from './event.js';
import { type History } from './history.js';

type Unsealed<Event> = Event extends ToolEvent ? Omit<Event, 'v' | 'seq' | 'at'> : never;

/** An event before it is numbered and dated. */
export type UnsealedEvent = Unsealed<ToolEvent>;

/**
 * Where all events of an orchestrator go: numbered without a gap, delivered in that order to everybody, and retained.
 * An event that nobody observes and nothing retains is not even made, though it is counted.
 */
export class EventBus {
  private readonly subject$ = new OrderedSubject<ToolEvent>();
  private latest = 0;

  /** What is published from now on. */
  readonly events$: Observable<ToolEvent> = this.subject$.asObservable();
  /** What is retained, then what is published: no gap, no repeat. */
  readonly history$: Observable<ToolEvent> = catchUp(() => this.history.toArray(), this.subject$);

  constructor(
    private readonly clock: Clock,
    private readonly history: History<ToolEvent>,
  ) {}

  /** The number of the latest event. */
  get seq(): number {
    return this.latest;
  }

  /** @param make - Called at once, if at all. What is published inside it comes first. */
  publish(make: () => UnsealedEvent): void {
    if (this.history.capacity === 0 && !this.subject$.observed) {
      this.latest++;
      return;
    }
    const made = make();
    const event = { v: 1, seq: ++this.latest, at: this.clock.now(), ...made } as ToolEvent;
    this.history.push(event);
    this.subject$.next(event);
  }
}
