import type { Observable } from 'rxjs';
import type { BenchRow } from '../BenchRow.js';
import { eachAtOnce, inALoopAtOnce, interleave } from '../interleave.js';
import { answerAtOnce, args, bare, byHand, ignore, observed, orchestratorOf } from '../work.js';

/** A single call of a synchronous tool, answered synchronously: calls per second. */
export const row: BenchRow = {
  async measure() {
    const quiet = orchestratorOf(0);
    const watched = observed();
    const makers = {
      bare: () => bare(answerAtOnce),
      byHand: () => byHand(answerAtOnce),
      quiet: () => quiet.execute('sync', args),
      watched: () => watched.execute('sync', args),
    };
    const timed = await interleave(mapped(makers, (make) => eachAtOnce(() => void make().subscribe(ignore))));
    const looped = await interleave(mapped(makers, (make) => inALoopAtOnce(() => void make().subscribe(ignore))));
    const work = 'single call, synchronous tool, answered synchronously: calls per second';
    const seen = `${work}, observed and retained`;
    const hand = timed.speed('byHand', 'bare').value;
    const handInLoop = looped.speed('byHand', 'bare').value;
    return [
      { id: 'call.sync', work, unit: 'x', byHand: hand, ...timed.speed('quiet', 'bare') },
      { id: 'call.sync.observed', work: seen, unit: 'x', byHand: hand, ...timed.speed('watched', 'bare') },
      {
        id: 'loop.sync',
        work: `${work}, in a bare loop`,
        unit: 'x',
        byHand: handInLoop,
        ...looped.speed('quiet', 'bare'),
      },
      { id: 'loop.sync.us', work: 'single call, synchronous tool', unit: 'us', ...looped.micros('quiet') },
    ];
  },
};

function mapped<Name extends string, C>(
  makers: Readonly<Record<Name, () => Observable<unknown>>>,
  contender: (make: () => Observable<unknown>) => C,
): Record<Name, C> {
  const entries = Object.entries<() => Observable<unknown>>(makers);
  return Object.fromEntries(entries.map(([name, make]) => [name, contender(make)])) as Record<Name, C>;
}
