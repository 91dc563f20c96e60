import { firstValueFrom, type Observable } from 'rxjs';
import type { BenchRow } from '../BenchRow.js';
import { type Contender, interleave } from '../interleave.js';
import { answerAsync, args, bare, byHand, observed, orchestratorOf } from '../work.js';

/** Each call is made when the one before it has answered. */
export function oneByOne(make: () => Observable<unknown>): Contender {
  return async (times) => {
    for (let call = 0; call < times; call++) await firstValueFrom(make());
  };
}

/** A single call of an asynchronous tool: calls per second. */
export const row: BenchRow = {
  async measure() {
    const quiet = orchestratorOf(0);
    const watched = observed();
    const rounds = await interleave({
      bare: oneByOne(() => bare(answerAsync)),
      byHand: oneByOne(() => byHand(answerAsync)),
      quiet: oneByOne(() => quiet.execute('async', args)),
      watched: oneByOne(() => watched.execute('async', args)),
    });
    const hand = rounds.speed('byHand', 'bare').value;
    const work = 'single call, asynchronous tool: calls per second';
    return [
      { id: 'call.async', work, unit: 'x', byHand: hand, ...rounds.speed('quiet', 'bare') },
      {
        id: 'call.async.observed',
        work: `${work}, observed and retained`,
        unit: 'x',
        byHand: hand,
        ...rounds.speed('watched', 'bare'),
      },
    ];
  },
};
