import { expect } from 'chai';
import fc from 'fast-check';
import { Observable, type Subscription } from 'rxjs';
import { type CacheOptions, ResultCache } from '../../operators/index.js';
import { type Asker, NaiveCache, type Script } from '../support/naiveCache.js';
import { VirtualClock } from '../support/VirtualClock.js';

type Action =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ask'; readonly key: string; readonly script: Script; readonly again: boolean }
  | { readonly kind: 'leave'; readonly back: number }
  | { readonly kind: 'forget'; readonly key: string | undefined };

const key = fc.constantFrom('x', 'x', 'y', 'z');

/** Up to three values and mostly an end, some of them at once. */
const script: fc.Arbitrary<Script> = fc
  .tuple(
    fc.array(fc.constantFrom(0, 0, 1, 2, 4), { maxLength: 3 }),
    fc.constantFrom(0, 1, 3, 6),
    fc.constantFrom('complete', 'complete', 'complete', 'error', undefined),
  )
  .map(([gaps, last, end]) => {
    const steps = [...gaps.map((gap) => [gap, 'value'] as const), ...(end ? [[last, end] as const] : [])];
    let at = 0;
    return steps.map(([gap, does]) => ({ at: (at += gap), does }));
  });

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), key, script, again: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('leave' as const), back: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), key: fc.option(key, { nil: undefined }) }),
  },
);

const trace = fc.array(action, { minLength: 10, maxLength: 60, size: 'max' });

const options: fc.Arbitrary<Required<CacheOptions>> = fc.record({
  ttlMs: fc.constantFrom(1, 4, 10, Infinity),
  staleWhileRevalidateMs: fc.constantFrom(0, 3, 8, 20),
  maxSize: fc.constantFrom(1, 2, 100),
});

/** A cache that is asked for scripted sources. */
class Asked {
  readonly clock = new VirtualClock({ startMs: 5_000 });
  readonly results: ResultCache;
  readonly log: string[] = [];
  readonly subscriptions = new Map<string, Subscription>();
  starts = 0;
  ends = 0;

  constructor(given: CacheOptions) {
    this.results = new ResultCache(given);
  }

  ask(asker: Asker): void {
    const tell = (what: string): void => {
      this.log.push(`${asker.name} at ${String(this.clock.elapsedMs)}: ${what}`);
    };
    const end = (how: string) => () => {
      tell(how);
      if (asker.again) this.ask({ ...asker, name: `${asker.name} again`, again: false });
    };
    const cached$ = new Observable<unknown>((subscriber) => {
      this.results.listen(this.clock, { key: asker.key }, this.source(asker.script), subscriber);
    });
    const told = {
      next: (value: unknown) => {
        tell(String(value));
      },
      error: end('error'),
      complete: end('complete'),
    };
    this.subscriptions.set(asker.name, cached$.subscribe(told));
  }

  private source(steps: Script): Observable<string> {
    return new Observable<string>((subscriber) => {
      const number = ++this.starts;
      let values = 0;
      subscriber.add(() => this.ends++);
      for (const { at, does } of steps) {
        const act = (): void => {
          if (does === 'value') subscriber.next(`${String(number)}.${String(values++)}`);
          else if (does === 'complete') subscriber.complete();
          else subscriber.error('broken');
        };
        if (at === 0) act();
        else subscriber.add(this.clock.setTimer(act, at));
      }
    });
  }
}

/** All that can be seen of a cache: what it keeps and what runs after each action, and what everybody was told. */
function actual(given: CacheOptions, actions: readonly Action[]): readonly unknown[] {
  const asked = new Asked(given);
  const seen: unknown[] = [];
  actions.forEach((one, index) => {
    if (one.kind === 'wait') asked.clock.advance(one.ms);
    if (one.kind === 'ask') asked.ask({ ...one, name: String(index) });
    if (one.kind === 'leave') asked.subscriptions.get(String(index - one.back))?.unsubscribe();
    if (one.kind === 'forget' && one.key !== undefined) asked.results.invalidate({ key: one.key });
    if (one.kind === 'forget' && one.key === undefined) asked.results.clear();
    const { starts, ends, results } = asked;
    expect(starts - ends, 'sources that are not torn down').to.equal(results.running);
    seen.push([results.size, results.running, starts]);
  });
  return [...seen, ...asked.log];
}

function expected(given: Required<CacheOptions>, actions: readonly Action[]): readonly unknown[] {
  const model = new NaiveCache(given);
  const seen: unknown[] = [];
  actions.forEach((one, index) => {
    if (one.kind === 'wait') model.wait(one.ms);
    if (one.kind === 'ask') model.ask({ ...one, name: String(index) });
    if (one.kind === 'leave') model.leave(String(index - one.back));
    if (one.kind === 'forget') model.forget(one.key);
    seen.push([model.size, model.running, model.starts]);
  });
  return [...seen, ...model.log];
}

describe('ResultCache, against a cache that looks through lists every millisecond', () => {
  it('tells everybody the same at the same time, and keeps and runs the same', () => {
    fc.assert(
      fc.property(options, trace, (given, actions) => {
        expect(actual(given, actions)).to.deep.equal(expected(given, actions));
      }),
      { numRuns: 400 },
    );
  });

  it('holds nothing when all have left, and all keys are forgotten', () => {
    fc.assert(
      fc.property(options, trace, (given, actions) => {
        const asked = new Asked(given);
        actions.forEach((one, index) => {
          if (one.kind === 'wait') asked.clock.advance(one.ms);
          if (one.kind === 'ask') asked.ask({ ...one, name: String(index) });
        });
        for (const subscription of asked.subscriptions.values()) subscription.unsubscribe();
        asked.results.clear();
        const { starts, ends, results, clock } = asked;
        expect([results.size, results.running, starts - ends, clock.pending]).to.deep.equal([0, 0, 0, 0]);
      }),
      { numRuns: 400 },
    );
  });
});
