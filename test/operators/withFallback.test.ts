import { expect } from 'chai';
import { concat, EMPTY, firstValueFrom, Observable, of, Subject, take, throwError } from 'rxjs';
import { withFallback } from '../../operators/index.js';
import { diagramsOf } from '../support/docstring.js';
import { counted, relays } from '../support/relay.js';
import { virtually } from '../support/virtually.js';

const broken$ = throwError(() => 'broken');

/** What comes, an end included, within the subscribe. */
function synchronously<T>(source$: Observable<T>): unknown[] {
  const seen: unknown[] = [];
  source$.subscribe({
    next: (value) => seen.push(value),
    error: (error) => seen.push(`error: ${String(error)}`),
    complete: () => seen.push('complete'),
  });
  return seen;
}

describe('withFallback', () => {
  describe('in its docstring', () => {
    const diagrams = diagramsOf('operators/withFallback.ts');

    it('has a diagram', () => {
      expect(diagrams).to.have.length(1);
    });

    for (const { rows } of diagrams) {
      it('does as the diagram shows', () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const source$ = cold(rows['source'] ?? '');
          expectObservable(source$.pipe(withFallback(cold(rows['other'] ?? '')))).toBe(rows['output'] ?? '');
          expectSubscriptions(source$.subscriptions).toBe(rows['subs'] ?? '');
        });
      });
    }
  });

  relays(() => ({ operator: () => withFallback(EMPTY, { when: () => false }), held: () => 0 }));

  it('leaves a source that does not fail alone', () => {
    virtually(({ cold, expectObservable }) => {
      const never = counted(of('b'));
      expectObservable(cold('-a-|').pipe(withFallback(never.counted$))).toBe('-a-|');
      expectObservable(cold('|').pipe(withFallback(never.counted$))).toBe('|');
      expectObservable(cold('---').pipe(withFallback(never.counted$)), '^--!').toBe('---');
      expect(never.starts).to.equal(0);
    });
  });

  describe('goes on with', () => {
    for (const [title, other, output] of [
      ['an Observable that never emits', '---', '-a----'],
      ['an empty Observable', '--|', '-a---|'],
      ['its values', '-b-(cd)|', '-a--b-(cd)|'],
      ['its own error', '-b#', '-a--b#'],
    ] as const) {
      it(`an Observable: ${title}`, () => {
        virtually(({ cold, expectObservable, expectSubscriptions }) => {
          const other$ = cold(other);
          const unsubscribed = /[|#]/.test(other) ? undefined : '^-----!';
          expectObservable(cold('-a-#').pipe(withFallback(other$)), unsubscribed).toBe(output);
          const end = unsubscribed ? 6 : output.search(/[|#]/);
          expectSubscriptions(other$.subscriptions).toBe(`---^${'-'.repeat(end - 4)}!`);
        });
      });
    }

    for (const [name, value] of [
      ['a text', 'b'],
      ['undefined', undefined],
      ['null', null],
      ['an array, which is one value', [1, 2]],
    ] as const) {
      it(`a value and the end: ${name}`, () => {
        expect(synchronously(concat(of('a'), broken$).pipe(withFallback(value as unknown)))).to.deep.equal([
          'a',
          value,
          'complete',
        ]);
      });
    }

    for (const [name, make, expected] of [
      ['an Observable', () => of(1, 2), [1, 2, 'complete']],
      ['an array, whose elements are the values', () => [1, 2], [1, 2, 'complete']],
      ['an Observable that fails', () => throwError(() => 'twice'), ['error: twice']],
    ] as const) {
      it(`what a function returns: ${name}`, () => {
        expect(synchronously(broken$.pipe(withFallback(make)))).to.deep.equal(expected);
      });
    }

    it('what a function returns: a promise', async () => {
      expect(await firstValueFrom(broken$.pipe(withFallback(() => Promise.resolve('b'))))).to.equal('b');
      const failing$ = broken$.pipe(withFallback(() => Promise.reject(new Error('twice'))));
      const told = await firstValueFrom(failing$).catch((error: unknown) => error);
      expect(String(told)).to.equal('Error: twice');
    });

    it('what a function makes of the error, which is called once for each failure and not before', () => {
      const told: unknown[] = [];
      const source$ = new Subject();
      const output$ = source$.pipe(
        withFallback((error) => {
          told.push(error);
          return of('b');
        }),
      );
      output$.subscribe();
      output$.subscribe();
      expect(told).to.deep.equal([]);
      source$.error('broken');
      expect(told).to.deep.equal(['broken', 'broken']);
    });

    it('an endless synchronous Observable, until downstream has enough', () => {
      let emitted = 0;
      let torndown = 0;
      const endless$ = new Observable<number>((subscriber) => {
        while (!subscriber.closed && emitted < 1_000) subscriber.next(emitted++);
        return () => torndown++;
      });
      expect(synchronously(broken$.pipe(withFallback(endless$), take(2)))).to.deep.equal([0, 1, 'complete']);
      expect({ emitted, torndown }).to.deep.equal({ emitted: 2, torndown: 1 });
    });
  });

  describe('with when', () => {
    it('is asked with the error, once', () => {
      const asked: unknown[] = [];
      const when = (error: unknown): boolean => asked.push(error) > 0;
      expect(synchronously(broken$.pipe(withFallback('b', { when })))).to.deep.equal(['b', 'complete']);
      expect(asked).to.deep.equal(['broken']);
    });

    it('forwards an error that it refuses, and begins no fallback', () => {
      virtually(({ cold, expectObservable, expectSubscriptions }) => {
        const other = counted(of('b'));
        const source$ = cold('-a-#');
        expectObservable(source$.pipe(withFallback(other.counted$, { when: () => false }))).toBe('-a-#');
        expectSubscriptions(source$.subscriptions).toBe('^--!');
        expect(other.starts).to.equal(0);
      });
    });

    it('is not asked about an error of the fallback', () => {
      let asked = 0;
      const when = (): boolean => ++asked > 0;
      const failing$ = broken$.pipe(
        withFallback(
          throwError(() => 'twice'),
          { when },
        ),
      );
      expect(synchronously(failing$)).to.deep.equal(['error: twice']);
      expect(asked).to.equal(1);
    });
  });

  it('ends with what the function or when throws, and leaves the source', () => {
    const fail = (): never => {
      throw new Error('no cache');
    };
    for (const operator of [withFallback<unknown, unknown>(fail), withFallback('b', { when: fail })]) {
      for (const failing$ of [broken$, concat(of('a'), broken$)]) {
        const source = counted(failing$ as Observable<unknown>);
        expect(synchronously(source.counted$.pipe(operator)).at(-1)).to.equal('error: Error: no cache');
        expect([source.starts, source.ends]).to.deep.equal([1, 1]);
      }
    }
  });

  it('ends with a TypeError when the function returns nothing to subscribe to', () => {
    const [told] = synchronously(broken$.pipe(withFallback(() => undefined as never)));
    expect(told).to.match(/^error: TypeError: You provided 'undefined' where a stream was expected/);
  });

  it('can be subscribed to again from its next, error and complete handlers, also those of the fallback', () => {
    const seen: string[] = [];
    const again = (from: string) => (): void => {
      broken$.pipe(withFallback('b')).subscribe((value) => seen.push(`${from} ${value}`));
    };
    broken$.pipe(withFallback('b')).subscribe({ next: again('next'), complete: again('complete') });
    broken$.pipe(withFallback(broken$)).subscribe({ error: again('error') });
    expect(seen).to.deep.equal(['next b', 'complete b', 'error b']);
  });

  for (const [options, error, message] of [
    [{ when: true }, TypeError, 'when: expected a function, got true'],
    [(error: unknown) => error === 'broken', TypeError, 'options: expected an object, got a function'],
    [null, TypeError, 'options: expected an object, got null'],
  ] as const) {
    it(`throws at once: ${message}`, () => {
      expect(() => withFallback('b', options as never)).to.throw(error, message);
    });
  }

  describe('given a promise', () => {
    for (const [what, promise] of [
      ['a promise', Promise.resolve('late')],
      ['any other thenable', { then: () => undefined }],
    ] as const) {
      it(`refuses ${what}, for it has begun already, and says what to write instead`, () => {
        expect(() => withFallback(promise as never)).to.throw(
          TypeError,
          'fallback: expected a function that returns the promise, () => promise, got a promise',
        );
      });
    }

    it('does not compile', () => {
      // @ts-expect-error -- a promise is neither an Observable, nor a function, nor a value
      expect(() => withFallback<string, Promise<string>>(Promise.resolve('late'))).to.throw(TypeError);
    });

    it('emits what it gives where a function returns it', async () => {
      expect(await firstValueFrom(broken$.pipe(withFallback(() => Promise.resolve('late'))))).to.equal('late');
    });
  });

  for (const value of [null, undefined, 0, '', [1, 2], { then: 'a text' }]) {
    it(`emits ${JSON.stringify(value)} as it is`, () => {
      expect(synchronously(broken$.pipe(withFallback(value as never)))).to.deep.equal([value, 'complete']);
    });
  }
});
