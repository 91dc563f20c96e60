import { expect } from 'chai';
import * as t from 'io-ts';
import { setTimeout as sleepInNode } from 'node:timers/promises';
import {
  asapScheduler,
  asyncScheduler,
  concatMap,
  delay,
  firstValueFrom,
  from,
  interval,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  of,
  take,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { withRateLimit, withTimeout } from '../../operators/index.js';
import { chain, defineTool, type ToolEvent } from '../../src/index.js';
import { marbles, virtualTime } from '../../src/testing/index.js';

/** A tool as users write them, which knows nothing of schedulers. */
function toolThat<Result>(
  run: (signal: AbortSignal) => AsyncIterable<Result> | Promise<Result>,
  settings: { readonly name?: string; readonly timeoutMs?: number; readonly concurrency?: number } = {},
) {
  return defineTool({
    name: 'work',
    description: 'Work.',
    input: t.unknown,
    ...settings,
    run: (_args, { signal }) => run(signal),
  });
}
const inMs = <T>(ms: number, value: T): Promise<T> =>
  new Promise((resolve) => {
    setTimeout(() => {
      resolve(value);
    }, ms);
  });

describe('virtualTime', () => {
  it('has real tools with promises fall on exact ms', async () => {
    await virtualTime(({ createOrchestrator, expectEvents, expectStream }) => {
      const orchestrator = createOrchestrator({ tools: [toolThat(() => inMs(250, 'a'))] });
      expectStream(orchestrator.execute('work', {})).toBe('250ms (a|)');
      expectEvents(orchestrator).toBe('s 249ms (eS)');
    });
  });

  it('has async generators, AbortSignal.timeout and Node’s own promises of timers fall on exact ms', async () => {
    await virtualTime(({ createOrchestrator, expectStream }) => {
      async function* pages() {
        for (const page of 'abc') {
          await sleepInNode(10);
          yield page;
        }
      }
      const stoppedByItself = (): Promise<string> =>
        new Promise((resolve) => {
          const signal = AbortSignal.timeout(77);
          signal.addEventListener('abort', () => {
            resolve((signal.reason as Error).name);
          });
        });
      const orchestrator = createOrchestrator({
        tools: [toolThat(pages, { name: 'pages' }), toolThat(stoppedByItself, { name: 'stopped' })],
      });
      expectStream(orchestrator.execute('pages', {})).toBe('10ms a 9ms b 9ms (c|)');
      expectStream(orchestrator.execute('stopped', {})).toBe('77ms (t|)', { t: 'TimeoutError' });
    });
  });

  it('tells a timeout at exactly its time, and takes a value of the same ms', async () => {
    await virtualTime(({ createOrchestrator, expectEvents, expectStream }) => {
      const tools = [
        toolThat(() => inMs(100, 'a'), { name: 'inTime', timeoutMs: 100 }),
        toolThat(() => inMs(150, 'a'), { name: 'tooLate', timeoutMs: 100 }),
      ];
      const orchestrator = createOrchestrator({ tools });
      expectStream(orchestrator.execute('inTime', {})).toBe('100ms (a|)');
      expectStream(orchestrator.execute('tooLate', {})).toBe('100ms #', {}, 'ToolTimeout');
      expectEvents(orchestrator, { tool: 'tooLate' }).toBe('s 99ms (Ta) 46ms l');
    });
  });

  it('does so too where nobody has passed a scheduler', async () => {
    await virtualTime(({ expectStream }) => {
      expectStream(NEVER.pipe(withTimeout(100))).toBe('100ms #', {}, { name: 'TimeoutExceeded' });
      expectStream(from(inMs(100, 'a')).pipe(withTimeout(100))).toBe('100ms (a|)');
      const started$ = from('abc').pipe(mergeMap((name) => of(name).pipe(withRateLimit({ limit: 1, perMs: 10 }))));
      expectStream(started$.pipe(take(1))).toBe('(a|)');
    });
  });

  it('lets RxJS’s timers of 0 ms take none, wherever they are set', async () => {
    const at = await virtualTime(async ({ now, sleep }) => {
      const seen: number[] = [];
      await sleep(3);
      await lastValueFrom(timer(0));
      seen.push(now());
      await lastValueFrom(timer(5).pipe(concatMap(() => timer(0).pipe(delay(0)))));
      seen.push(now());
      return seen;
    });
    expect(at).to.deep.equal([3, 8]);
  });

  it('clears a timer of the host that was set before, when it is cancelled inside', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    // Until mocha has set its own timer for a test that is still going on.
    await Promise.resolve();
    const before = timers();
    const subscription = timer(1_000).subscribe();
    expect(timers()).to.equal(before + 1);
    await virtualTime(() => {
      subscription.unsubscribe();
    });
    expect(timers()).to.equal(before);
  });

  it('has one time for all clocks', async () => {
    const times = await virtualTime(async ({ now, scheduler, sleep }) => {
      await sleep(20);
      const inTimer = await new Promise((resolve) => {
        setTimeout(() => {
          resolve([now(), Date.now(), scheduler.now(), asyncScheduler.now(), performance.now(), +new Date()]);
        }, 7);
      });
      return [inTimer, [now(), Date.now(), scheduler.now(), asapScheduler.now()]];
    });
    expect(times).to.deep.equal([
      [27, 27, 27, 27, 27, 27],
      [27, 27, 27, 27],
    ]);
  });

  it('keeps the order of time between the host and the schedulers', async () => {
    const seen: string[] = [];
    await virtualTime(({ scheduler, at }) => {
      for (const ms of [3, 1, 2]) {
        scheduler.schedule(() => seen.push(`scheduler ${ms}`), ms);
        setTimeout(() => {
          seen.push(`host ${ms}`);
          void Promise.resolve().then(() => seen.push(`promise ${ms}`));
        }, ms);
        at(ms, () => seen.push(`test ${ms}`));
        asyncScheduler.schedule(() => seen.push(`rxjs ${ms}`), ms);
      }
    });
    expect(seen).to.deep.equal(
      [1, 2, 3].flatMap((ms) => ['host', 'promise', 'scheduler', 'test', 'rxjs'].map((who) => `${who} ${ms}`)),
    );
  });

  it('goes through a part of a millisecond to the next whole one', async () => {
    await virtualTime(({ expectStream, scheduler }) => {
      expectStream(timer(1.5, scheduler)).toBe('--(a|)', { a: 0 });
    });
  });

  it('waits out a delay that the host cannot', async () => {
    const at = await virtualTime(
      async ({ now, sleep }) => {
        await sleep(30 * 86_400_000);
        return now();
      },
      { maxMs: Infinity },
    );
    expect(at).to.equal(2_592_000_000);
  });

  it('cancels a tool that honours its signal, and hears when it has settled', async () => {
    await virtualTime(async ({ createOrchestrator, now, sleep }) => {
      const told: string[] = [];
      const tool = toolThat(async (signal) => {
        try {
          await sleepInNode(1_000, undefined, { signal });
        } finally {
          told.push(`left at ${now()}`);
        }
      });
      const orchestrator = createOrchestrator({ tools: [tool] });
      const call = orchestrator.execute('work', {}).subscribe();
      await sleep(40);
      call.unsubscribe();
      await sleep(0);
      expect(told).to.deep.equal(['left at 40']);
    });
  });

  it('has cold and hot streams, statuses and runs as marbles has them', async () => {
    await virtualTime(
      ({
        cold,
        createOrchestrator,
        expectRun,
        expectStatus,
        expectStream,
        expectSubscriptions,
        fakeTool,
        hot,
        time,
      }) => {
        const source$ = cold('-a-b|');
        expectStream(source$, '--^').toBe('---a-b|');
        expectSubscriptions(source$).toBe('--^---!');
        expectStream(hot('a-b-|')).toBe('a-b-|');
        const read = toolThat(() => inMs(5, 'text'), { name: 'read' });
        const count = fakeTool('count', '---(n|)', { n: 4 });
        const orchestrator = createOrchestrator({ tools: [read, count] });
        const flow = chain('flow')
          .step('text', read, () => ({}))
          .step('length', count, ($) => ({ of: $.text }));
        expectRun(orchestrator, flow).toBe('-----t--(l|)', { t: { text: 'text' }, l: { length: 4 } });
        expectStatus(orchestrator, 'read').toBe('b----a');
        expect(time('10ms -|')).to.equal(11);
      },
    );
  });

  it('counts a hot stream, and an expectation, from where it is made', async () => {
    await virtualTime(async ({ expectStream, hot, sleep }) => {
      await sleep(100);
      const source$ = hot('-a-b|');
      expectStream(source$).toBe('-a-b|');
      await sleep(1);
      expectStream(source$).toBe('--b|');
    });
  });

  it('resolves with what the callback does, which need not wait for anything', async () => {
    expect(await virtualTime(() => 5)).to.equal(5);
    expect(await virtualTime(async ({ sleep }) => sleep(5).then(() => 'five'))).to.equal('five');
  });

  it('goes on after the callback until what is expected has ended', async () => {
    await virtualTime(({ expectStream }) => {
      expectStream(timer(5_000).pipe(map(() => 'a'))).toBe('5s (a|)');
    });
  });

  it('waits for what comes from outside, as long as nothing is scheduled', async () => {
    const { readFile } = await import('node:fs/promises');
    const [name, at] = await virtualTime(async ({ now }) => {
      const text = await readFile('package.json', 'utf8');
      return [(JSON.parse(text) as { name: string }).name, now()];
    });
    expect([name, at]).to.deep.equal(['toolstream', 0]);
  });

  it('fails with what the callback rejects with, and with what a timer throws', async () => {
    const failure = async (test: Parameters<typeof virtualTime>[0]): Promise<unknown> => {
      try {
        await virtualTime(test);
      } catch (error) {
        return (error as Error).message;
      }
      return 'nothing';
    };
    expect(await failure(() => Promise.reject(new Error('rejected')))).to.equal('rejected');
    expect(
      await failure(() => {
        throw new Error('thrown');
      }),
    ).to.equal('thrown');
    expect(
      await failure(async ({ sleep }) => {
        setTimeout(() => {
          throw new Error('in a timer');
        }, 5);
        await sleep(9);
      }),
    ).to.equal('in a timer');
    expect(
      await failure(async ({ sleep }) => {
        throwError(() => new Error('unhandled')).subscribe();
        await sleep(9);
      }),
    ).to.equal('unhandled');
    expect(
      await failure(async ({ expectStream }) => {
        expectStream(of('a')).toBe('(b|)');
        await Promise.resolve();
      }),
    ).to.match(/^expectStream: at 0ms expected b, got a/);
  });

  it('gives everything back to the host, however it ends', async () => {
    const names = [
      'setTimeout',
      'setInterval',
      'setImmediate',
      'clearTimeout',
      'Date',
      'queueMicrotask',
      'performance',
    ];
    const host = (): readonly unknown[] => [
      ...names.map((name) => Reflect.get(globalThis, name) as unknown),
      Reflect.get(performance, 'now'),
      Reflect.get(AbortSignal, 'timeout'),
      Reflect.get(asyncScheduler, 'schedule'),
      Reflect.get(process, 'nextTick'),
      Math.random,
    ];
    const before = host();
    const tests: readonly [Parameters<typeof virtualTime>[0], object?][] = [
      [() => 'well'],
      [() => Promise.reject(new Error('no'))],
      [
        () => {
          throw new Error('no');
        },
      ],
      [
        ({ expectStream }) => {
          expectStream(interval(5)).toBe('-');
        },
        { maxTasks: 10 },
      ],
      [
        ({ expectStream }) => {
          expectStream(of(1)).toBe('-');
        },
      ],
      [
        ({ expectStream }) => {
          expectStream(of(1));
        },
      ],
      [() => virtualTime(() => undefined)],
      [
        () => {
          marbles(() => undefined);
        },
      ],
      [
        () => {
          setTimeout(() => {
            throw new Error('no');
          }, 5);
        },
      ],
    ];
    for (const [test, options] of tests) {
      await virtualTime(test, options).catch(() => undefined);
      expect(host()).to.deep.equal(before);
      expect(Object.hasOwn(asyncScheduler, 'schedule')).to.equal(false);
    }
    expect(await virtualTime(() => 'and again')).to.equal('and again');
  });

  it('refuses timers that somebody else has faked', async () => {
    const { install } = await import('@sinonjs/fake-timers');
    const clock = install({ toFake: ['Date'] });
    try {
      await virtualTime(() => undefined);
      expect.fail('it did not');
    } catch (error) {
      expect((error as Error).message).to.match(/^virtualTime: expected the host's own timers, got faked ones: /);
    } finally {
      clock.uninstall();
    }
    await virtualTime(() => undefined);
  });

  it('does not count the timers of AbortSignal.timeout as left behind: nobody can clear them', async () => {
    await virtualTime(({ cold, expectStream }) => {
      AbortSignal.timeout(60_000);
      expectStream(cold('-a|')).toBe('-a|');
    });
  });

  it('leaves an interval of fifty thousand turns without a stack overflow', async () => {
    await virtualTime(async ({ sleep }) => {
      const turns = interval(1).subscribe();
      await sleep(50_000);
      turns.unsubscribe();
    });
  });

  it('has the same history in every run', async () => {
    const story = async (): Promise<string> => {
      const events: ToolEvent[] = [];
      await virtualTime(async ({ createOrchestrator, random }) => {
        const tool = toolThat(() => inMs(Math.floor(random() * 100), 'a'), { concurrency: 2 });
        const orchestrator = createOrchestrator({ tools: [tool] });
        orchestrator.history$.subscribe((event) => events.push(event));
        const calls$ = from([1, 2, 3, 4, 5]).pipe(
          mergeMap((call) => orchestrator.execute('work', { call, at: Math.random() })),
          toArray(),
        );
        await firstValueFrom(calls$);
      });
      return JSON.stringify(events);
    };
    const first = await story();
    expect(first).to.contain('call.queued');
    expect(await story()).to.equal(first);
    expect(await story()).to.equal(first);
  });
});
