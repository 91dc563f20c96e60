import { firstValueFrom, type Observable } from 'rxjs';
import type { BenchRow } from '../BenchRow.js';
import { each, inALoop, interleave } from '../interleave.js';
import { answerAsync, args, bare, byHand, observed, orchestratorOf } from '../work.js';

/** A single call of an asynchronous tool: calls per second, each made when the one before it has answered. */
export const row: BenchRow = {
  async measure() {
    const quiet = orchestratorOf(0);
    const watched = observed();
    const caller = (make: () => Observable<unknown>) => async () => {
      await firstValueFrom(make());
    };
    const callers = {
      bare: caller(() => bare(answerAsync)),
      byHand: caller(() => byHand(answerAsync)),
      quiet: caller(() => quiet.execute('async', args)),
      watched: caller(() => watched.execute('async', args)),
    };
    const { bare: ofBare, byHand: ofHand, quiet: ofQuiet, watched: ofWatched } = callers;
    const timed = await interleave({
      bare: each(ofBare),
      byHand: each(ofHand),
      quiet: each(ofQuiet),
      watched: each(ofWatched),
    });
    const looped = await interleave({
      bare: inALoop(ofBare),
      byHand: inALoop(ofHand),
      quiet: inALoop(ofQuiet),
      watched: inALoop(ofWatched),
    });
    const work = 'single call, asynchronous tool: calls per second';
    const seen = `${work}, observed and retained`;
    const hand = timed.speed('byHand', 'bare').value;
    const handInLoop = looped.speed('byHand', 'bare').value;
    return [
      { id: 'call.async', work, unit: 'x', byHand: hand, ...timed.speed('quiet', 'bare') },
      { id: 'call.async.observed', work: seen, unit: 'x', byHand: hand, ...timed.speed('watched', 'bare') },
      {
        id: 'loop.async',
        work: `${work}, in a bare loop`,
        unit: 'x',
        byHand: handInLoop,
        ...looped.speed('quiet', 'bare'),
      },
      {
        id: 'loop.async.observed',
        work: `${seen}, in a bare loop`,
        unit: 'x',
        byHand: handInLoop,
        ...looped.speed('watched', 'bare'),
      },
      { id: 'loop.async.us', work: 'single call, asynchronous tool', unit: 'us', ...looped.micros('quiet') },
    ];
  },
};
