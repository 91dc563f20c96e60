import { expect } from 'chai';
import * as t from 'io-ts';
import { setTimeout as sleepInNode } from 'node:timers/promises';
import { config, ignoreElements, interval, map, NEVER, Observable, repeat, ReplaySubject, timer } from 'rxjs';
import { type AnyTool, chain, createOrchestrator, defineTool, type ToolCall } from '../../src/index.js';
import {
  conformance,
  type ConformanceOptions,
  type ConformanceSubject,
  describeConformance,
} from '../../src/testing/index.js';

const rules = [
  'does no work before it is subscribed to',
  'honours its signal',
  'settles once',
  'gives what its output codec reads',
  'gives nothing after unsubscribe',
];

/** A tool of this `run`, which gives texts. */
function toolOf(run: (args: { readonly n: number }, call: ToolCall) => unknown): AnyTool {
  return defineTool({
    name: 'work',
    description: 'Work.',
    input: t.type({ n: t.number }),
    output: t.string,
    run: run as () => Promise<string>,
  });
}

/** Which rules a tool breaks, and how. */
async function broken(
  makeTool: () => AnyTool | ConformanceSubject,
  options?: ConformanceOptions,
): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  const make = (): ConformanceSubject => {
    const made = makeTool();
    return 'run' in made ? { tool: made, args: { n: 3 } } : made;
  };
  for (const { name, run } of conformance(make, options)) {
    try {
      await run();
    } catch (error) {
      found[name] = (error as Error).message;
    }
  }
  return found;
}

/** Values at 5, 10 and 15 ms, as a source that cleans up. */
const ticking = (wrong: (subscriber: { next(value: string): void; complete(): void }) => void = () => undefined) =>
  new Observable<string>((subscriber) => {
    let tick = 0;
    const timerOfHost = setInterval(() => {
      subscriber.next(String(++tick));
      if (tick < 3) return;
      clearInterval(timerOfHost);
      subscriber.complete();
      wrong(subscriber);
    }, 5);
    return () => {
      clearInterval(timerOfHost);
    };
  });

describe('conformance', () => {
  describe('is content with a tool', () => {
    const good: Readonly<Record<string, () => AnyTool>> = {
      'of a promise that honours its signal': () => toolOf((_args, { signal }) => sleepInNode(20, 'a', { signal })),
      'of an async generator': () =>
        toolOf(async function* (_args, { signal }: ToolCall) {
          for (const page of 'abc') {
            await sleepInNode(10, undefined, { signal });
            yield page;
          }
        }),
      'of a stream of RxJS': () =>
        toolOf(() =>
          interval(10)
            .pipe(map((index) => String(index)))
            .pipe((ticks$) => ticksOf(ticks$)),
        ),
      'of a stream of its own': () => toolOf(() => ticking()),
      'that answers at once': () => toolOf(() => ['a', 'b']),
      'that answers in a microtask': () => toolOf(() => Promise.resolve('a')),
      'that reports progress': () =>
        toolOf((_args, call) =>
          timer(5).pipe(
            map(() => {
              call.progress('half');
              return 'a';
            }),
          ),
        ),
    };
    for (const [what, make] of Object.entries(good)) {
      it(what, async () => {
        expect(await broken(make)).to.deep.equal({});
      });
    }

    it('whose stream does not end, where it is said to be endless', async () => {
      const endless = (): AnyTool => toolOf(() => interval(10).pipe(map((index) => String(index))));
      expect(await broken(endless, { endless: true })).to.deep.equal({});
      expect(await broken(endless)).to.deep.equal({ 'settles once': "'work' has not ended in 60000 ms" });
    });

    it('that runs a flow, where there is an orchestrator to run it in', async () => {
      const upper = toolOf(() => Promise.resolve('A'));
      const flow = chain('flow').step('one', upper, () => ({ n: 1 }));
      const tool = toolOf((_args, call) => call.run(flow, {}).pipe(map(() => 'done')));
      const make = (): ConformanceSubject => ({
        tool,
        args: { n: 3 },
        orchestrator: createOrchestrator({ tools: [upper] }),
      });
      expect(await broken(make)).to.deep.equal({});
      const alone = await broken(() => tool);
      expect(alone['gives what its output codec reads']).to.match(/runs a flow: give the subject an orchestrator/);
    });

    it('on the host’s clock', async () => {
      let open = 0;
      const make = (): ConformanceSubject => ({
        tool: toolOf(async (_args, { signal }) => {
          open++;
          try {
            return await sleepInNode(4, 'a', { signal });
          } finally {
            open--;
          }
        }),
        args: { n: 3 },
        begun: () => open,
        pending: () => open,
      });
      expect(await broken(make, { realTime: true, settleMs: 20 })).to.deep.equal({});
    });
  });

  describe('finds the one rule that is broken', () => {
    it('by work that begins when the tool is made', async () => {
      const eager = (): AnyTool => {
        const result = sleepInNode(20, 'a');
        return toolOf(() => result);
      };
      expect(await broken(eager)).to.deep.equal({
        'does no work before it is subscribed to': "'work' has set a timer when it was made",
      });
    });

    it('by work that begins when it is called, before anybody listens', async () => {
      const hot = (): AnyTool =>
        toolOf((_args, { signal }) => {
          const values$ = new ReplaySubject<string>(Infinity);
          const work = ticking().subscribe(values$);
          signal.addEventListener('abort', () => {
            work.unsubscribe();
          });
          return values$;
        });
      expect(await broken(hot)).to.deep.equal({
        'does no work before it is subscribed to':
          "'work' has set a timer when it gave its stream, to which nobody has subscribed",
      });
    });

    it('by work that nobody sees but whom it asks', async () => {
      let requests = 0;
      const make = (): ConformanceSubject => {
        requests = 0;
        return {
          tool: toolOf(() => {
            requests++;
            return ticking();
          }),
          args: { n: 3 },
          begun: () => requests,
        };
      };
      expect(await broken(make)).to.deep.equal({
        'does no work before it is subscribed to':
          "'work' has begun a piece of work when it gave its stream, to which nobody has subscribed",
      });
    });

    it('by progress that is reported before anybody listens', async () => {
      const early = (): AnyTool =>
        toolOf((_args, call) => {
          call.progress('already');
          return ticking();
        });
      expect(await broken(early)).to.deep.equal({
        'does no work before it is subscribed to': "'work' reported progress before it was subscribed to",
      });
    });

    it('by a stream that has gone on meanwhile', async () => {
      const clocked = (): AnyTool =>
        toolOf(() => {
          const begunAt = Date.now();
          return new Observable<string>((subscriber) => {
            const waiting = setTimeout(
              () => {
                subscriber.next('a');
                subscriber.complete();
              },
              Math.max(0, begunAt + 80 - Date.now()),
            );
            return () => {
              clearTimeout(waiting);
            };
          });
        });
      expect(await broken(clocked)).to.deep.equal({
        'does no work before it is subscribed to':
          "'work' began before it was subscribed to: values at 80 ms for a prompt subscriber, at 30 ms for one who came 50 ms later",
      });
    });

    it('by a promise that ignores its signal', async () => {
      expect(await broken(() => toolOf(() => sleepInNode(500, 'a')))).to.deep.equal({
        'honours its signal':
          "'work' its promise is still pending 50 ms after it was told to stop, 0 ms after its beginning",
      });
    });

    it('by a stream that forgets its timer', async () => {
      const forgetful = (): AnyTool =>
        toolOf(
          () =>
            new Observable<string>((subscriber) => {
              setTimeout(() => {
                if (subscriber.closed) return;
                subscriber.next('a');
                subscriber.complete();
              }, 500);
            }),
        );
      expect(await broken(forgetful)).to.deep.equal({
        'honours its signal': "'work' a timer is still set 50 ms after it was told to stop, 0 ms after its beginning",
      });
    });

    it('by work that goes on elsewhere', async () => {
      const make = (): ConformanceSubject => {
        let open = 0;
        return {
          tool: toolOf(() => {
            open++;
            return sleepInNode(5, 'a').finally(() => (open = 2));
          }),
          args: { n: 3 },
          pending: () => open,
        };
      };
      expect(await broken(make, { settleMs: 50 })).to.deep.equal({
        'honours its signal':
          "'work' 2 pieces of its work still goes on 50 ms after it was told to stop, 0 ms after its beginning",
      });
    });

    it('by a value after the end', async () => {
      expect(
        await broken(() =>
          toolOf(() =>
            ticking((subscriber) => {
              subscriber.next('one more');
            }),
          ),
        ),
      ).to.deep.equal({
        'settles once': "'work' gave a value after its end",
      });
    });

    it('by a second end', async () => {
      expect(
        await broken(() =>
          toolOf(() =>
            ticking((subscriber) => {
              subscriber.complete();
            }),
          ),
        ),
      ).to.deep.equal({
        'settles once': "'work' gave another end after its end",
      });
    });

    it('by a thenable that calls back twice', async () => {
      const twice = (): AnyTool =>
        toolOf(() => ({
          then: (fulfilled: (value: string) => void) => {
            queueMicrotask(() => {
              fulfilled('a');
              fulfilled('b');
            });
          },
        }));
      expect(await broken(twice)).to.deep.equal({ 'settles once': "'work' gave a second result after its end" });
    });

    it('by an iterator that goes on after its end', async () => {
      const restless = (): AnyTool =>
        toolOf(() => {
          let asked = 0;
          return {
            [Symbol.asyncIterator]: () => ({
              next: () => Promise.resolve(++asked === 2 ? { done: true, value: '' } : { done: false, value: 'a' }),
            }),
          };
        });
      expect(await broken(restless)).to.deep.equal({ 'settles once': "'work' gave a value after its end" });
    });

    it('by a stream that never ends', async () => {
      expect(await broken(() => toolOf(() => NEVER), { withinMs: 500 })).to.deep.equal({
        'settles once': "'work' has not ended in 500 ms",
      });
    });

    it('by a value that its own codec refuses', async () => {
      expect(await broken(() => toolOf(() => Promise.resolve(5)))).to.deep.equal({
        'gives what its output codec reads': "'work' gave what its own output codec refuses: expected string, got 5",
      });
    });

    it('by a failure with arguments with which it was to succeed', async () => {
      const failing = (): AnyTool => toolOf(() => Promise.reject(new RangeError('no such n')));
      expect(await broken(failing)).to.deep.equal({
        'gives what its output codec reads':
          "'work' expected to succeed with these arguments, got RangeError: no such n",
      });
    });

    it('by a value after everybody has left', async () => {
      const talkative = (): AnyTool =>
        toolOf(
          () =>
            new Observable<string>((subscriber) => {
              const waiting = setTimeout(() => {
                subscriber.next('a');
                subscriber.complete();
              }, 20);
              return () => {
                clearTimeout(waiting);
                void Promise.resolve().then(() => {
                  subscriber.next('late');
                });
              };
            }),
        );
      expect(await broken(talkative)).to.have.all.keys('gives nothing after unsubscribe', 'settles once');
      const onlyWhenLeft = (): AnyTool =>
        toolOf(
          (_args, { signal }) =>
            new Observable<string>((subscriber) => {
              signal.addEventListener('abort', () => {
                queueMicrotask(() => {
                  subscriber.next('late');
                });
              });
              const waiting = setTimeout(() => {
                subscriber.next('a');
                subscriber.complete();
              }, 20);
              return () => {
                clearTimeout(waiting);
              };
            }),
        );
      expect(await broken(onlyWhenLeft)).to.deep.equal({
        'gives nothing after unsubscribe':
          "'work' gave a value after its subscriber had left, 0 ms after its beginning",
      });
    });

    it('by progress after everybody has left', async () => {
      const talkative = (): AnyTool =>
        toolOf((_args, call) => {
          call.signal.addEventListener('abort', () => {
            queueMicrotask(() => {
              call.progress('late');
            });
          });
          return ticking();
        });
      expect(await broken(talkative)).to.deep.equal({
        'gives nothing after unsubscribe':
          "'work' gave a progress report after its subscriber had left, 0 ms after its beginning",
      });
    });
  });

  it('is a check for each rule, with a title for it', () => {
    const checks = conformance(() => ({ tool: toolOf(() => ['a']), args: { n: 1 } }));
    expect(checks.map(({ name }) => name)).to.deep.equal(rules);
  });

  it('makes a suite of them, for whatever runner there is', async () => {
    const titles: string[] = [];
    const bodies: (() => Promise<void>)[] = [];
    const runner = {
      describe: (title: string, body: () => void) => {
        titles.push(title);
        body();
      },
      it: (title: string, body: () => Promise<void>) => {
        titles.push(title);
        bodies.push(body);
      },
    };
    describeConformance(
      'work',
      conformance(() => ({ tool: toolOf(() => ['a']), args: { n: 1 } })),
      runner,
    );
    expect(titles).to.deep.equal(['work', ...rules]);
    for (const body of bodies) await body();
  });

  describeConformance(
    'a suite of them in this very runner',
    conformance(() => ({ tool: toolOf(() => ticking()), args: { n: 1 } })),
  );

  it('says what is wrong with what it is given', async () => {
    expect(() => conformance(() => ({ tool: toolOf(() => []), args: {} }), { withinMs: 0 })).to.throw(
      RangeError,
      'withinMs',
    );
    expect(() => conformance(() => ({ tool: toolOf(() => []), args: {} }), { settleMs: -1 })).to.throw(
      RangeError,
      'settleMs',
    );
    const wrongArgs = await broken(() => ({ tool: toolOf(() => []), args: { n: 'no' } }));
    expect(Object.values(wrongArgs)[0]).to.equal(
      'args: expected arguments that \'work\' takes: n: expected number, got "no"',
    );
    const noTool = await broken(() => ({}) as ConformanceSubject);
    expect(Object.values(noTool)[0]).to.equal('makeTool: expected { tool, args }, got {}');
  });

  it('leaves RxJS as it was', async () => {
    await broken(() =>
      toolOf(() =>
        ticking((subscriber) => {
          subscriber.next('one more');
        }),
      ),
    );
    expect(config.onStoppedNotification).to.equal(null);
    const stuck = toolOf(() => timer(0).pipe(repeat(), ignoreElements()));
    const [check] = conformance(() => ({ tool: stuck, args: { n: 3 } })).filter(({ name }) => name === 'settles once');
    const failure: unknown = await check?.run().catch((error: unknown) => error);
    expect(failure)
      .to.have.property('message')
      .that.matches(/^the test does not end/);
    expect(config.onStoppedNotification).to.equal(null);
  });
});

/** Three of them. */
function ticksOf(ticks: Observable<string>): Observable<string> {
  return new Observable((subscriber) => {
    let left = 3;
    return ticks.subscribe((tick) => {
      subscriber.next(tick);
      if (--left === 0) subscriber.complete();
    });
  });
}
