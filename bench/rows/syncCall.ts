import type { Observable } from 'rxjs';
import type { BenchRow } from '../BenchRow.js';
import { type Contender, interleave } from '../interleave.js';
import { answerAtOnce, args, bare, byHand, ignore, observed, orchestratorOf } from '../work.js';

function repeated(make: () => Observable<unknown>): Contender {
  return (times) => {
    for (let call = 0; call < times; call++) make().subscribe(ignore);
  };
}

/** A single call of a synchronous tool, answered synchronously: calls per second. */
export const row: BenchRow = {
  async measure() {
    const quiet = orchestratorOf(0);
    const watched = observed();
    const rounds = await interleave({
      bare: repeated(() => bare(answerAtOnce)),
      byHand: repeated(() => byHand(answerAtOnce)),
      quiet: repeated(() => quiet.execute('sync', args)),
      watched: repeated(() => watched.execute('sync', args)),
    });
    const hand = rounds.speed('byHand', 'bare').value;
    const work = 'single call, synchronous tool, answered synchronously: calls per second';
    return [
      { id: 'call.sync', work, unit: 'x', byHand: hand, ...rounds.speed('quiet', 'bare') },
      {
        id: 'call.sync.observed',
        work: `${work}, observed and retained`,
        unit: 'x',
        byHand: hand,
        ...rounds.speed('watched', 'bare'),
      },
    ];
  },
};
