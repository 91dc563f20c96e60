import { expect } from 'chai';
import { Observable, Subject, takeUntil } from 'rxjs';
import { failOnUnhandledRejections } from '../support/rejections.js';
import { settle, Stage, toolOf } from '../support/stage.js';

describe('what run gives', () => {
  failOnUnhandledRejections();

  it('fails the call and keeps no slot, when it is a thenable whose then throws', async () => {
    const broken = {
      then: () => {
        throw new Error('no then');
      },
    };
    const stage = new Stage([toolOf(() => broken, { concurrency: 1, releaseOn: 'settle' })]);
    stage.call('a');
    await stage.play();
    expect(stage.log).to.deep.equal(['0 a started', '0 a failed', '0 a > ToolFailed']);
    stage.expectNothingHeld();
  });

  it('settles late once, when it is a thenable that resolves twice', async () => {
    const stage: Stage = new Stage([
      toolOf(
        () => ({
          then: (resolve: (value: number) => void) => {
            stage.at(9, () => {
              resolve(1);
              resolve(2);
            });
          },
        }),
        { timeoutMs: 5 },
      ),
    ]);
    stage.call('a');
    await stage.play();
    expect(stage.log.slice(-2)).to.deep.equal(['5 a abandoned', '9 a settledLate']);
  });

  it('fails the call, when it is an async iterator that gives something else than results', async () => {
    const broken = { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(undefined) }) };
    const stage = new Stage([toolOf(() => broken)]);
    let message: string | undefined;
    stage.call('a', {}, { error: (error) => (message = error.message) });
    await settle();
    expect(message).to.equal("'t' failed: expected an iterator's result, an object, got nothing");
    stage.expectNothingHeld();
  });

  it('is heard of with its error, when it is an async generator that throws after its timeout', async () => {
    const stage: Stage = new Stage([
      toolOf(
        async function* () {
          yield await stage.laterFails(9, new Error('too late'));
        },
        { timeoutMs: 5 },
      ),
    ]);
    stage.call('a');
    await stage.play();
    expect(stage.event('call.settledLate').error?.message).to.equal("'t' failed: too late");
  });

  it('keeps its slot until it settles, when the call is cancelled while run is still being called', async () => {
    const stop$ = new Subject<void>();
    const stage: Stage = new Stage([
      toolOf(
        (_args, call) => {
          call.progress('on its way');
          return stage.later(9, 'late');
        },
        { concurrency: 1, releaseOn: 'settle' },
      ),
    ]);
    stage.orchestrator.events$.subscribe(({ type }) => {
      if (type === 'call.progressed') stop$.next();
    });
    stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(takeUntil(stop$)).subscribe();
    expect(stage.orchestrator.stats().permits).to.equal(1);
    await stage.play();
    expect(stage.log).to.deep.equal([
      '0 a started',
      '0 a progressed',
      '0 a cancelled',
      '0 a abandoned',
      '9 a settledLate',
    ]);
    stage.expectNothingHeld();
  });

  for (const [what, run] of [
    ['an Observable', (begun: () => void) => new Observable(begun)],
    ['an Iterable', (begun: () => void) => ({ [Symbol.iterator]: () => (begun(), [][Symbol.iterator]()) })],
    ['an AsyncIterable', (begun: () => void) => ({ [Symbol.asyncIterator]: () => (begun(), {}) })],
  ] as const) {
    it(`is not begun, when it is ${what} and the call is cancelled while run is still being called`, async () => {
      const stop$ = new Subject<void>();
      let begun = 0;
      const stage: Stage = new Stage([
        toolOf(
          () => {
            stop$.next();
            return run(() => begun++);
          },
          { concurrency: 1, releaseOn: 'settle' },
        ),
      ]);
      stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(takeUntil(stop$)).subscribe();
      await settle();
      expect(begun).to.equal(0);
      expect(stage.log).to.deep.equal(['0 a started', '0 a cancelled']);
      stage.expectNothingHeld();
    });
  }

  for (const [what, thrown, shown] of [
    ['an object without a prototype', Object.create(null), '{}'],
    [
      'an object that is no text',
      {
        toString: () => {
          throw new Error('no text');
        },
        code: 7,
      },
      '{"toString":{"$cut":"function"},"code":7}',
    ],
    ['an Error whose message is a symbol', Object.assign(new Error(), { message: Symbol('m') }), '{"$cut":"symbol"}'],
  ] as const) {
    it(`fails the call with ToolFailed, when it rejects with ${what}`, async () => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a tool may throw anything
      const stage = new Stage([toolOf(() => Promise.reject(thrown))]);
      let message: string | undefined;
      stage.call('a', {}, { error: (error) => (message = error.message) });
      await settle();
      expect(message).to.equal(`'t' failed: ${shown}`);
      stage.expectNothingHeld();
    });
  }
});
