import * as t from 'io-ts';
import { defer, firstValueFrom, from, type Observable, timeout } from 'rxjs';
import { isLeft } from 'fp-ts/Either';
import { createOrchestrator, defineTool } from '../../src/index.js';
import type { BenchRow } from '../BenchRow.js';
import { bytesHeld } from '../heap.js';

const calls = 10_000;
const Input = t.type({ index: t.number });

/** Those who have not been answered yet. */
let answers: ((value: number) => void)[] = [];

function ask(): Promise<number> {
  return new Promise((resolve) => {
    answers.push(resolve);
  });
}

const orchestrator = createOrchestrator({
  tools: [defineTool({ name: 'ask', description: 'Asks.', input: Input, run: ask })],
  history: { capacity: 0 },
});

function begin(make: (index: number) => Observable<unknown>): (times: number) => () => Promise<void> {
  return (times) => {
    const pending = Array.from({ length: times }, (_, index) => firstValueFrom(make(index)));
    return async () => {
      for (const answer of answers) answer(0);
      answers = [];
      await Promise.all(pending);
    };
  };
}

/** What stays on the heap for a call as long as it goes on. */
export const row: BenchRow = {
  async measure() {
    const ofBare = await bytesHeld(
      calls,
      begin(() => defer(() => from(ask()))),
    );
    const ofHand = await bytesHeld(
      calls,
      begin((index) =>
        defer(() => {
          if (isLeft(Input.decode({ index }))) throw new TypeError('invalid arguments');
          return from(ask()).pipe(timeout(30_000));
        }),
      ),
    );
    const ours = await bytesHeld(
      calls,
      begin((index) => orchestrator.execute('ask', { index })),
    );
    return [
      { id: 'held.bare', work: 'bare RxJS: heap held per call in flight', unit: 'bytes', ...ofBare },
      { id: 'held', work: 'heap held per call in flight', unit: 'bytes', byHand: ofHand.value, ...ours },
    ];
  },
};
