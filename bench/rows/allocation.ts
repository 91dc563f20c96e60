import { firstValueFrom, type Observable } from 'rxjs';
import type { BenchRow } from '../BenchRow.js';
import { bytesAllocated } from '../heap.js';
import type { Contender } from '../interleave.js';
import { answerAsync, args, bare, byHand, observed, orchestratorOf } from '../work.js';

function oneByOne(make: () => Observable<unknown>): Contender {
  return async (times) => {
    for (let call = 0; call < times; call++) await firstValueFrom(make());
  };
}

/** What a single call allocates. */
export const row: BenchRow = {
  async measure() {
    const quiet = orchestratorOf(0);
    const watched = observed();
    const ofBare = await bytesAllocated(oneByOne(() => bare(answerAsync)));
    const ofHand = await bytesAllocated(oneByOne(() => byHand(answerAsync)));
    const ofQuiet = await bytesAllocated(oneByOne(() => quiet.execute('async', args)));
    const ofWatched = await bytesAllocated(oneByOne(() => watched.execute('async', args)));
    return [
      { id: 'allocation.bare', work: 'bare RxJS: bytes allocated', unit: 'bytes', ...ofBare },
      { id: 'allocation', work: 'single call: bytes allocated', unit: 'bytes', byHand: ofHand.value, ...ofQuiet },
      {
        id: 'allocation.observed',
        work: 'single call, observed and retained: bytes allocated',
        unit: 'bytes',
        byHand: ofHand.value,
        ...ofWatched,
      },
    ];
  },
};
