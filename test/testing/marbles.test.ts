import { expect } from 'chai';
import {
  asapScheduler,
  asyncScheduler,
  catchError,
  concat,
  delay,
  EMPTY,
  interval,
  map,
  of,
  queueScheduler,
  take,
  timer,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { plan, type ToolEvent } from '../../src/index.js';
import { Semaphore, withBulkhead, withRetry, withTimeout } from '../../operators/index.js';
import { marbles } from '../../src/testing/index.js';

describe('marbles', () => {
  it('agrees with TestScheduler about what a stream does', () => {
    marbles(({ cold, expectStream, hot }) => {
      expectStream(cold('--a-(bc)-d|')).toBe('--a-(bc)-d|');
      expectStream(hot('a-^-b--c-|')).toBe('--b--c-|');
      expectStream(timer(400).pipe(map(() => 't'))).toBe('400ms (t|)');
      expectStream(of('a', 'b').pipe(delay(2))).toBe('--(ab|)');
      expectStream(cold('-a-b-c|'), '--^---!').toBe('---a-b');
      expectStream(
        interval(2).pipe(
          take(3),
          map((index) => String(index)),
        ),
      ).toBe('--0-1-(2|)');
      expectStream(cold('-#', undefined, 'no')).toBe('-#', {}, 'no');
      expectStream(cold('-#')).toBe('-#');
    });
  });

  it('has RxJS schedulers in virtual time', () => {
    marbles(({ expectStream, now, scheduler }) => {
      for (const virtual of [scheduler, asyncScheduler, asapScheduler, queueScheduler]) {
        expectStream(of('a').pipe(delay(3, virtual))).toBe('---(a|)');
      }
      expect([now(), asyncScheduler.now(), scheduler.now()]).to.deep.equal([0, 0, 0]);
    });
  });

  it('compares inner streams from the moment at which they are given', () => {
    marbles(({ cold, expectStream }) => {
      const inner$ = cold('-x-y|');
      expectStream(cold('--a|', { a: inner$ })).toBe('--a|', { a: cold('-x-y|') });
    });
  });

  it('compares a stream with another', () => {
    marbles(({ cold, expectStream }) => {
      expectStream(cold('-a|').pipe(delay(2))).toEqual(
        concat(timer(1).pipe(map(() => 'b')), cold('--|')).pipe(
          map(() => 'a'),
          take(1),
          delay(2),
        ),
      );
    });
  });

  it('accepts an error by its tag, or by some of its fields', () => {
    marbles(({ createOrchestrator, expectStream, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool({ name: 'search', timeoutMs: 5 }, '9ms |')] });
      const result$ = orchestrator.execute('search', {});
      expectStream(result$).toBe('-----#', {}, 'ToolTimeout');
      expectStream(result$).toBe('-----#', {}, { _tag: 'ToolTimeout', tool: 'search', ms: 5 });
    });
  });

  it('tells a timeout at exactly its time, and takes a value of the same frame', () => {
    marbles(({ cold, expectStream }) => {
      expectStream(cold('101ms (a|)').pipe(withTimeout(100))).toBe('100ms #', {}, { name: 'TimeoutExceeded' });
      expectStream(cold('100ms (a|)').pipe(withTimeout(100))).toBe('100ms (a|)');
    });
  });

  it('reads the time of a diagram', () => {
    marbles(({ time }) => {
      expect(time('--- 2s ---|')).to.equal(2_006);
    });
  });

  it('does what it is told when it is time', () => {
    marbles(({ at, cold, expectStream, expectSubscriptions, now }) => {
      const source$ = cold('-a-b-c');
      const subscription = source$.subscribe();
      const seen: number[] = [];
      at(4, () => {
        seen.push(now());
        subscription.unsubscribe();
      });
      expectSubscriptions(source$).toBe('^---!');
      expectStream(timer(4)).toBe('----(a|)', { a: 0 });
      at(5, () => {
        expect(seen).to.deep.equal([4]);
      });
    });
  });

  it('can be flushed, to go on with assertions of its own', () => {
    marbles(({ cold, expectStream, flush, now }) => {
      const seen: string[] = [];
      cold('-a-b|').subscribe((value) => seen.push(`${now()} ${value}`));
      flush();
      expect(seen).to.deep.equal(['1 a', '3 b']);
      expectStream(cold('-c|')).toBe('-c|');
    });
  });

  it('compares what is expected when it is flushed', () => {
    const events: string[] = [];
    expect(() => {
      marbles(({ cold, expectStream, flush }) => {
        expectStream(cold('-a|')).toBe('-b|');
        flush();
        events.push('went on');
      });
    }).to.throw('expectStream: at 1ms expected b, got a');
    expect(events).to.deep.equal([]);
  });

  it('ends when all streams that it expects have ended, in the frame in which they do', () => {
    const seen: number[] = [];
    expect(() => {
      marbles(({ cold, expectStream, scheduler }) => {
        for (const ms of [2, 3, 4]) scheduler.schedule(() => seen.push(ms), ms);
        expectStream(cold('---|')).toBe('---|');
      });
    }).to.throw('something scheduled for 4ms');
    expect(seen).to.deep.equal([2, 3]);
  });

  it('does not mind what hot and cold streams would still have said', () => {
    marbles(({ cold, expectStream, hot }) => {
      expectStream(hot('-a-b-c-d').pipe(take(1))).toBe('-(a|)');
      expectStream(cold('-a-b-c-d').pipe(take(2))).toBe('-a-(b|)');
    });
  });

  it('leaves what it expects to go on without complaint', () => {
    marbles(({ createOrchestrator, expectStatus, expectStream, fakeTool }) => {
      const orchestrator = createOrchestrator({ tools: [fakeTool({ name: 'search', timeoutMs: Infinity }, '-a-')] });
      expectStream(orchestrator.execute('search', {})).toBe('-a-');
      expectStatus(orchestrator, 'search').toBe('b');
    });
  });

  it('looks through the gates that it is to watch', () => {
    const semaphore = new Semaphore({ concurrency: 1 });
    marbles(({ cold, expectStream, watch }) => {
      watch(semaphore);
      expectStream(cold('-a|').pipe(withBulkhead(semaphore))).toBe('-a|');
    });
    expect(semaphore.permits).to.equal(0);
    expect(() => {
      marbles(({ watch }) => {
        watch({});
      });
    }).to.throw(TypeError, 'expected a gate or an orchestrator');
  });

  it('fails with what the callback throws', () => {
    expect(() => {
      marbles(() => {
        throw new RangeError('mine');
      });
    }).to.throw(RangeError, 'mine');
  });

  it('gives RxJS its clock and Math its numbers back, however it ends', () => {
    const { random } = Math;
    for (const test of [
      () => undefined,
      () => Promise.reject(new Error('late')),
      () => {
        throw new Error('now');
      },
    ]) {
      try {
        // eslint-disable-next-line @typescript-eslint/no-misused-promises -- one of them is the mistake
        marbles(test);
      } catch {
        // That it fails is asserted elsewhere.
      }
      expect(Math.random).to.equal(random);
      expect(asyncScheduler.now()).to.be.greaterThan(1_000_000);
      marbles(() => undefined);
      new TestScheduler(() => undefined).run(() => undefined);
    }
  });

  it('refuses limits that are out of their range', () => {
    expect(() => {
      marbles(() => undefined, { maxMs: 0 });
    }).to.throw(RangeError, 'maxMs: expected milliseconds above 0, got 0');
    expect(() => {
      marbles(() => undefined, { maxTasks: 0.5 });
    }).to.throw(RangeError, 'maxTasks: expected a whole number');
    marbles(() => undefined);
  });

  it('goes on as long as it is let', () => {
    marbles(
      ({ expectStream }) => {
        expectStream(
          interval(60_000).pipe(
            take(1_500),
            map(() => 'x'),
          ),
          '^ 2000m !',
        ).toEqual(
          interval(60_000).pipe(
            take(1_500),
            map(() => 'x'),
          ),
        );
      },
      { maxMs: Infinity },
    );
  });

  it('leaves an interval of a hundred thousand turns without a stack overflow', () => {
    marbles(
      ({ expectStream, scheduler }) => {
        const turns$ = interval(1, scheduler);
        expectStream(turns$, '^ 150s !').toEqual(turns$);
      },
      { maxTasks: 400_000 },
    );
  });

  describe('makes every test the same in every run', () => {
    /** What happens in a test full of chance, as text. */
    const story = (seed: number): string => {
      const events: ToolEvent[] = [];
      const given: number[] = [];
      marbles(
        ({ cold, createOrchestrator, fakeTool, now, random, subscribe }) => {
          const search = fakeTool(
            { name: 'search', retry: { maxAttempts: 3, backoff: ({ random: roll }) => 1 + Math.floor(roll() * 50) } },
            () => (random() < 0.7 ? '--#' : '-a|'),
          );
          const orchestrator = createOrchestrator({ tools: [search] });
          orchestrator.history$.subscribe((event) => events.push(event));
          const flow = plan('flow').step('one', search, () => ({ at: Math.random() }));
          for (let call = 0; call < 5; call++) subscribe(orchestrator.attempt('search', { call }));
          subscribe(orchestrator.run(flow).pipe(catchError(() => EMPTY)), '--^');
          const retried$ = cold('-#').pipe(withRetry({ maxAttempts: 4, backoff: ({ random: roll }) => 100 * roll() }));
          subscribe(
            retried$.pipe(
              catchError(() => {
                given.push(now());
                return EMPTY;
              }),
            ),
          );
        },
        { seed },
      );
      return JSON.stringify({ events, given });
    };

    it('to the last byte of its history', () => {
      const first = story(1);
      expect(first)
        .to.contain('call.retryScheduled')
        .and.contain('run.')
        .and.match(/"given":\[\d/);
      for (let run = 0; run < 3; run++) expect(story(1)).to.equal(first);
    });

    it('and another one with another seed', () => {
      expect(story(2)).to.equal(story(2));
      expect(story(2)).not.to.equal(story(1));
    });

    it('with the seed 1, unless another is given', () => {
      const numbers = (options?: { seed: number }): readonly number[] => {
        const rolled: number[] = [];
        marbles(({ random }) => rolled.push(random(), Math.random()), options);
        return rolled;
      };
      expect(numbers()).to.deep.equal(numbers({ seed: 1 }));
      expect(numbers()).not.to.deep.equal(numbers({ seed: 2 }));
      for (const rolled of numbers()) expect(rolled).to.be.within(0, 1);
    });
  });
});
