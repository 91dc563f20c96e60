import { interval, NEVER, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { marbles, virtualTime } from '../../../src/testing/index.js';
import { Semaphore } from '../../../operators/index.js';

it('a callback that gives a promise', () => {
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the mistake
  marbles(async () => {
    await Promise.resolve();
  });
});

it('an expectation without toBe', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('a|'));
  });
});

it('an expectation of events without toBe', () => {
  marbles(({ createOrchestrator, expectEvents }) => {
    expectEvents(createOrchestrator());
  });
});

it('a second toBe', () => {
  marbles(({ cold, expectStream }) => {
    const expected = expectStream(cold('a|'));
    expected.toBe('a|');
    expected.toBe('a|');
  });
});

it('a test inside a test', () => {
  marbles(() => {
    marbles(() => undefined);
  });
});

it('a test inside TestScheduler.run', () => {
  new TestScheduler(() => undefined).run(() => {
    marbles(() => undefined);
  });
});

it('TestScheduler.run inside a test', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('a|')).toBe('a|');
    new TestScheduler(() => undefined).run(() => undefined);
  });
});

it('a letter without a value', () => {
  marbles(({ cold, expectStream }) => {
    expectStream(cold('ab|')).toBe('ab|', { a: 'a' });
  });
});

it('something that is no stream', () => {
  marbles(({ expectStream }) => {
    expectStream(Promise.resolve(1) as never).toBe('a|');
  });
});

it('an endless stream', () => {
  marbles(
    ({ expectStream }) => {
      expectStream(interval(1_000)).toBe('-');
    },
    { maxTasks: 500 },
  );
});

it('a stream that goes on for too long', () => {
  marbles(
    ({ expectStream }) => {
      expectStream(timer(6_000)).toBe('6s (a|)');
    },
    { maxMs: 5_000 },
  );
});

it('a subscription that is left', () => {
  marbles(({ cold, expectStream }) => {
    cold('-a--').subscribe();
    expectStream(cold('a|')).toBe('a|');
  });
});

it('a timer that is left', () => {
  marbles(({ cold, expectStream }) => {
    timer(30_000).subscribe();
    expectStream(cold('a|')).toBe('a|');
  });
});

it('a call that is left', () => {
  marbles(({ cold, createOrchestrator, expectStream, fakeTool }) => {
    const orchestrator = createOrchestrator({ tools: [fakeTool({ name: 'search', concurrency: 1 }, '---')] });
    orchestrator.execute('search', {}).subscribe();
    orchestrator.execute('search', {}).subscribe();
    expectStream(cold('a|')).toBe('a|');
  });
});

it('a permit that is left', () => {
  marbles(({ scheduler, watch }) => {
    const semaphore = new Semaphore({ concurrency: 1 });
    watch(semaphore);
    const clock = { now: () => scheduler.now(), setTimer: () => () => undefined, defer: () => () => undefined };
    semaphore.acquire(clock, { granted: () => undefined, refused: () => undefined });
  });
});

it('an error that nobody handles', () => {
  marbles(({ cold, subscribe }) => {
    subscribe(cold('--#', undefined, new Error('unheard')));
  });
});

it('virtual time without an end', async () => {
  await virtualTime(
    ({ expectStream }) => {
      expectStream(interval(10)).toBe('-');
    },
    { maxMs: 1_000 },
  );
});

it('virtual time that waits for nothing', async () => {
  await virtualTime(() => new Promise(() => undefined));
});

it('virtual time with a timer that is left', async () => {
  await virtualTime(({ cold, expectStream }) => {
    setTimeout(() => undefined, 500);
    expectStream(cold('-a|')).toBe('-a|');
  });
});

it('virtual time inside of virtual time', async () => {
  await virtualTime(() => virtualTime(() => NEVER));
});
