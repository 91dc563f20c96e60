import { Subject } from 'rxjs';
import { OrderedSubject } from '../../operators/OrderedSubject.js';
import { EventBus } from '../../src/eventBus.js';
import { History } from '../../src/history.js';
import { clockOf } from '../../operators/clockOf.js';
import type { BenchRow } from '../BenchRow.js';
import { interleave } from '../interleave.js';
import { orchestratorOf, args, ignore } from '../work.js';

const subscribers = 1_000;

/** One event to many subscribers, and what a subscriber to one tool's status costs the calls of another. */
export const row: BenchRow = {
  async measure() {
    const subject$ = new Subject<object>();
    const ordered$ = new OrderedSubject<object>();
    const bus = new EventBus(clockOf(), new History(0));
    let heard = 0;
    const hear = (): void => {
      heard++;
    };
    for (let subscriber = 0; subscriber < subscribers; subscriber++) {
      subject$.subscribe({ next: hear, error: ignore.error });
      ordered$.subscribe({ next: hear, error: ignore.error });
      bus.events$.subscribe({ next: hear, error: ignore.error });
    }
    const rounds = await interleave({
      bare: (times) => {
        for (let event = 0; event < times; event++) subject$.next({ seq: event });
      },
      ours: (times) => {
        for (let event = 0; event < times; event++) bus.publish('a', () => ({ type: 'tool.unregistered', tool: 'a' }));
      },
    });
    const quiet = orchestratorOf(0);
    const watched = orchestratorOf(0);
    watched.status$('async').subscribe(ignore);
    const calls = await interleave({
      alone: (times) => {
        for (let call = 0; call < times; call++) quiet.execute('sync', args).subscribe(ignore);
      },
      watched: (times) => {
        for (let call = 0; call < times; call++) watched.execute('sync', args).subscribe(ignore);
      },
    });
    if (heard === 0) throw new Error('expected events to be heard, got none');
    return [
      {
        id: 'fanOut',
        work: 'one event to 1,000 subscribers: events per second',
        unit: 'x',
        ...rounds.speed('ours', 'bare'),
      },
      {
        id: 'fanOut.others',
        work: "calls per second while another tool's status is watched, over nobody watching",
        unit: 'x',
        ...calls.speed('watched', 'alone'),
      },
    ];
  },
};
