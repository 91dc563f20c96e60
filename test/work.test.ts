import { expect } from 'chai';
import { concat, EMPTY, from, NEVER, of, Subject, take, throwError, timer } from 'rxjs';
import { isToolFailed } from '../src/index.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { Stage, toolOf } from './support/stage.js';

class Box<T> implements PromiseLike<T> {
  constructor(private readonly value: T) {}
  then<R1 = T, R2 = never>(
    kept?: ((value: T) => R1 | PromiseLike<R1>) | null,
    broken?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): PromiseLike<R1 | R2> {
    return Promise.resolve(this.value).then(kept, broken);
  }
}

async function* generated<T>(...values: readonly T[]): AsyncGenerator<T> {
  for (const value of values) yield await Promise.resolve(value);
}

async function valuesOf(run: (stage: Stage) => unknown): Promise<readonly string[]> {
  const stage: Stage = new Stage([toolOf(() => run(stage))]);
  stage.call('a');
  await stage.play();
  stage.expectNothingHeld();
  return stage.log.filter((line) => line.includes('>'));
}

describe('what run returns', () => {
  failOnUnhandledRejections();

  for (const [what, run, told] of [
    ['an Observable of several values', () => of('x', 'y'), ['0 a > x', '0 a > y', '0 a > end']],
    [
      'an Observable that takes its time',
      ({ scheduler }: Stage) => timer(2, 3, scheduler).pipe(take(2)),
      ['2 a > 0', '5 a > 1', '5 a > end'],
    ],
    ['an empty Observable', () => EMPTY, ['0 a > end']],
    ['a promise', (stage: Stage) => stage.later(4, 'x'), ['4 a > x', '4 a > end']],
    ['a promise of nothing', () => Promise.resolve(undefined), ['0 a > undefined', '0 a > end']],
    ['a promise of an array, one value', () => Promise.resolve(['x', 'y']), ['0 a > x,y', '0 a > end']],
    ['a thenable', () => new Box('x'), ['0 a > x', '0 a > end']],
    ['an array, each item a value', () => ['x', 'y'], ['0 a > x', '0 a > y', '0 a > end']],
    ['an empty array', () => [], ['0 a > end']],
    ['a Set', () => new Set(['x', 'y']), ['0 a > x', '0 a > y', '0 a > end']],
    [
      'a generator',
      function* () {
        yield 'x';
        yield 'y';
      },
      ['0 a > x', '0 a > y', '0 a > end'],
    ],
    ['an async generator', () => generated('x', 'y'), ['0 a > x', '0 a > y', '0 a > end']],
    ['an empty async generator', () => generated(), ['0 a > end']],
    [
      'an async iterator whose results are no promises',
      () => {
        const values = ['x', 'y'];
        const next = () => ({ done: values.length === 0, value: values.shift() });
        return { [Symbol.asyncIterator]: () => ({ next }) };
      },
      ['0 a > x', '0 a > y', '0 a > end'],
    ],
    [
      'a ReadableStream',
      () =>
        new ReadableStream({
          start: (controller) => {
            controller.enqueue('x');
            controller.enqueue('y');
            controller.close();
          },
        }),
      ['0 a > x', '0 a > y', '0 a > end'],
    ],
  ] as const) {
    it(`gives the caller the values of ${what}`, async () => {
      expect(await valuesOf(run as (stage: Stage) => unknown)).to.deep.equal(told);
    });
  }

  for (const [what, run] of [
    [
      'an Observable that errors',
      () =>
        concat(
          of('x'),
          throwError(() => new Error('broken')),
        ),
    ],
    ['a promise that rejects', () => Promise.reject(new Error('broken'))],
    [
      'an exception',
      () => {
        throw new Error('broken');
      },
    ],
    [
      'an exception of a generator',
      function* () {
        yield 'x';
        throw new Error('broken');
      },
    ],
    [
      'an exception of an async generator',
      async function* () {
        yield await Promise.resolve('x');
        throw new Error('broken');
      },
    ],
    [
      'an exception of an async iterator as it is asked',
      () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            throw new Error('broken');
          },
        }),
      }),
    ],
    [
      'an exception where its iterator should be',
      () => ({
        [Symbol.asyncIterator]: () => {
          throw new Error('broken');
        },
      }),
    ],
    [
      'a ReadableStream that errors',
      () =>
        new ReadableStream({
          start: (controller) => {
            controller.error(new Error('broken'));
          },
        }),
    ],
  ] as const) {
    it(`fails the call with ToolFailed, and keeps the cause, where it is ${what}`, async () => {
      const stage = new Stage([toolOf(run)]);
      stage.call('a');
      await stage.play();
      const { error } = stage.event('call.failed');
      expect(isToolFailed(error) && error.cause)
        .to.be.an('error')
        .with.property('message', 'broken');
      expect(error.message).to.equal("'t' failed: broken");
      stage.expectNothingHeld();
    });
  }

  for (const [what, value, got] of [
    ['a string', 'text', 'a string (use of(…))'],
    ['nothing', undefined, 'nothing'],
    ['null', null, 'null'],
    ['a number', 42, '42'],
    ['true', true, 'true'],
  ] as const) {
    it(`fails the call with ToolFailed, and says what it expects, where it is ${what}`, () => {
      const stage = new Stage([toolOf(() => value)]);
      stage.call('a');
      const { error } = stage.event('call.failed');
      expect(isToolFailed(error) && error.cause).to.be.instanceOf(TypeError);
      expect(error.message).to.equal(
        `'t' failed: expected run to return an Observable, a Promise, an AsyncIterable or an Iterable, got ${got}`,
      );
    });
  }

  it('fails the call with ToolFailed where it is a plain object', () => {
    const stage = new Stage([toolOf(() => ({ not: 'a stream' }))]);
    stage.call('a');
    const { error } = stage.event('call.failed');
    expect(isToolFailed(error) && error.cause).to.be.instanceOf(TypeError);
    expect(error.message).to.match(/^'t' failed: .*You provided .* where a stream was expected/);
  });

  it('fails the call with what was thrown, where that is no Error', async () => {
    for (const [thrown, message] of [
      ['out of paper', 'out of paper'],
      [undefined, 'nothing'],
      [42, '42'],
      [{ code: 7 }, '{"code":7}'],
    ] as const) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a tool may throw anything
      const stage = new Stage([toolOf(() => Promise.reject(thrown))]);
      stage.call('a');
      await stage.play();
      const { error } = stage.event('call.failed');
      expect(isToolFailed(error) && error.cause).to.equal(thrown);
      expect(error.message).to.equal(`'t' failed: ${message}`);
    }
  });

  it('is listened to in the same order whichever way it comes, when two calls give at once', async () => {
    const source$ = new Subject<string>();
    const stage = new Stage([toolOf((given) => given)]);
    stage.call('a', source$);
    stage.call('b', from(source$));
    source$.next('x');
    expect(stage.log.filter((line) => line.includes('>'))).to.deep.equal(['0 a > x', '0 b > x']);
    stage.call('c', NEVER).unsubscribe();
    await stage.play(0);
    source$.complete();
    stage.expectNothingHeld();
  });
});
