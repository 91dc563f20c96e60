import { expect } from 'chai';
import { firstValueFrom, Observable, take, toArray } from 'rxjs';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

function* endless(given: { count: number; closed?: boolean }): Generator<number> {
  try {
    for (;;) yield given.count++;
  } finally {
    given.closed = true;
  }
}

describe('what run returned, when the caller has had enough', () => {
  failOnUnhandledRejections();

  it('is an endless generator that is asked for no more and told to return', () => {
    const given = { count: 0, closed: false };
    const stage = new Stage([toolOf(() => endless(given))]);
    const values: unknown[] = [];
    stage.orchestrator
      .execute('t', {}, { callId: 'a' })
      .pipe(take(3), toArray())
      .subscribe((all) => values.push(...all));
    expect(values).to.deep.equal([0, 1, 2]);
    expect(given).to.deep.equal({ count: 3, closed: true });
    expect(stage.event('call.succeeded')).to.include({ values: 3, result: 2 });
    stage.expectNothingHeld();
  });

  it('is an endless Observable that is torn down once, from inside its own loop', () => {
    let given = 0;
    let torndown = 0;
    const stage = new Stage([
      toolOf(
        () =>
          new Observable<number>((subscriber) => {
            subscriber.add(() => torndown++);
            while (!subscriber.closed && given < 100) subscriber.next(given++);
          }),
      ),
    ]);
    stage.orchestrator.execute('t', {}, { callId: 'a' }).pipe(take(2)).subscribe();
    expect({ given, torndown }).to.deep.equal({ given: 2, torndown: 1 });
    expect(stage.log.at(-1)).to.equal('0 a succeeded');
  });

  it('is an async generator whose finally block runs', async () => {
    let closed = '';
    const stage: Stage = new Stage([
      toolOf(async function* () {
        try {
          for (let value = 0; ; value++) yield await stage.later(2, value);
        } finally {
          closed = `at ${String(stage.now)}`;
        }
      }),
    ]);
    const call = stage.call('a');
    stage.at(5, () => {
      call.unsubscribe();
    });
    await stage.play();
    // At 6 the value comes that it waits for when it is told to return.
    expect(closed).to.equal('at 6');
    expect(stage.log.slice(-3)).to.deep.equal(['5 a cancelled', '5 a abandoned', '6 a settledLate']);
    stage.expectNothingHeld();
  });

  it('is an async generator whose finally block runs at once, when it is left while it is giving a value', async () => {
    let closed = '';
    const stage: Stage = new Stage([
      toolOf(async function* () {
        try {
          for (let value = 0; ; value++) yield await stage.later(2, value);
        } finally {
          closed = `at ${String(stage.now)}`;
        }
      }),
    ]);
    const first = firstValueFrom(stage.orchestrator.execute('t', {}, { callId: 'a' }));
    await stage.play();
    expect(await first).to.equal(0);
    expect(closed).to.equal('at 2');
    expect(stage.log).to.deep.equal(['0 a started', '2 a emitted', '2 a succeeded']);
  });

  it('is an async iterator without return, which is just asked for no more', async () => {
    let asked = 0;
    const stage: Stage = new Stage([
      toolOf(() => ({
        [Symbol.asyncIterator]: () => ({ next: () => stage.later(2, { done: false, value: asked++ }) }),
      })),
    ]);
    const call = stage.call('a');
    stage.at(5, () => {
      call.unsubscribe();
    });
    await stage.play();
    expect(asked).to.equal(3);
    expect(stage.log.at(-1)).to.equal('6 a settledLate');
  });

  it('is an async iterator whose return throws, which is heard of where it is late', async () => {
    const stage: Stage = new Stage([
      toolOf(() => ({
        [Symbol.asyncIterator]: () => ({
          next: () => stage.later(2, { done: true, value: undefined }),
          return: () => {
            throw new Error('will not return');
          },
        }),
      })),
    ]);
    stage.call('a').unsubscribe();
    await stage.play();
    expect(stage.event('call.settledLate').error?.message).to.equal("'t' failed: will not return");
  });

  it('is an async iterator that has come to its end, which is not told to return', async () => {
    let returned = 0;
    const ended = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: true, value: undefined }),
        return: () => returned++,
      }),
    };
    const stage = new Stage([toolOf(() => ended)]);
    stage.call('a');
    await stage.play();
    expect(returned).to.equal(0);
    expect(stage.log.at(-1)).to.equal('0 a > end');
  });

  it('is a ReadableStream that is cancelled', async () => {
    let cancelled = 0;
    const stage = new Stage([
      toolOf(
        () =>
          new ReadableStream({
            pull: (controller) => {
              controller.enqueue('x');
            },
            cancel: () => {
              cancelled++;
            },
          }),
      ),
    ]);
    await firstValueFrom(stage.orchestrator.execute('t', {}));
    await stage.play();
    expect(cancelled).to.equal(1);
  });

  it('is a promise that is left alone: what it gives is lost, what it throws is no unhandled rejection', async () => {
    const stage: Stage = new Stage([
      toolOf((late: string) => (late === 'gives' ? stage.later(9, 'x') : stage.laterFails(9, new Error('broken')))),
    ]);
    for (const late of ['gives', 'throws']) stage.call(late, late).unsubscribe();
    await stage.play();
    expect(stage.log.slice(-2)).to.deep.equal(['9 gives settledLate', '9 throws settledLate']);
    expect(stage.event('call.settledLate', 'gives'))
      .to.include({ lateMs: 9, attempt: 1 })
      .and.not.have.property('error');
    expect(stage.event('call.settledLate', 'throws').error?.message).to.equal("'t' failed: broken");
  });
});
