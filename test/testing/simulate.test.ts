import { expect } from 'chai';
import * as t from 'io-ts';
import { map, NEVER, timer } from 'rxjs';
import { type AnyTool, defineTool } from '../../src/index.js';
import { type Arrivals, type Distribution, simulate, type SimulateOptions } from '../../src/testing/index.js';

const search = (settings: Partial<AnyTool> = {}): AnyTool =>
  defineTool({ name: 'search', description: 'Search.', input: t.type({}), run: () => [1], ...settings } as never);

/** Ten minutes of a tool that takes 100 ms and is called 5 times a second, unless said otherwise. */
function tenMinutes(
  settings: Partial<AnyTool>,
  options: Partial<SimulateOptions> = {},
  arrivals: Partial<Arrivals> = {},
) {
  const poisson = { kind: 'poisson', perSecond: 5 } as const;
  const report = simulate({
    tools: [search(settings)],
    arrivals: { search: (arrivals.kind ? arrivals : { ...poisson, ...arrivals }) as Arrivals },
    work: { search: { latencyMs: 100 } },
    durationMs: 600_000,
    ...options,
  });
  const traffic = report.tools['search'];
  if (!traffic) throw new Error('expected the traffic of search');
  return { report, traffic };
}

describe('simulate', () => {
  it('counts the calls that come at a rate, and how long they take', () => {
    const { report, traffic } = tenMinutes({});
    // 3,000 are expected, with a deviation of 55.
    expect(report.calls).to.be.within(2_780, 3_220);
    expect(traffic).to.deep.include({
      calls: report.calls,
      succeeded: report.calls,
      failed: 0,
      attempts: report.calls,
    });
    expect(traffic.latencyMs).to.deep.include({ min: 100, max: 100, mean: 100 });
    expect(traffic.waitingMs.max).to.equal(0);
    // Little's law: 5 a second, 0.1 s each.
    expect(traffic.running.mean).to.be.closeTo(0.5, 0.06);
    expect(report.unfinished).to.equal(0);
  });

  it('is the same for the same seed, and another for another', () => {
    const settings = { concurrency: 1, retry: { maxAttempts: 2 } };
    const work = { search: { latencyMs: { kind: 'logNormal', medianMs: 80, sigma: 0.7 }, failureRate: 0.1 } } as const;
    const one = tenMinutes(settings, { work, durationMs: 60_000 });
    expect(JSON.stringify(tenMinutes(settings, { work, durationMs: 60_000 }).report)).to.equal(
      JSON.stringify(one.report),
    );
    expect(JSON.stringify(tenMinutes(settings, { work, durationMs: 60_000, seed: 2 }).report)).not.to.equal(
      JSON.stringify(one.report),
    );
  });

  it('lets the same calls come, whatever the limits', () => {
    const calls = (settings: Partial<AnyTool>): number => tenMinutes(settings).report.calls;
    expect(calls({ concurrency: 1 })).to.equal(calls({ rateLimit: { limit: 1, perMs: 5_000, maxQueue: 1 } }));
  });

  it('waits as queueing theory says: one server that is busy half of the time (M/M/1)', () => {
    const work = { search: { latencyMs: { kind: 'exponential', meanMs: 100 } } } as const;
    const { traffic } = tenMinutes({ concurrency: 1 }, { work, durationMs: 3_600_000 });
    // Mean wait = load / (1 - load) × 100 ms = 100 ms; mean queue = 0.5.
    expect(traffic.waitingMs.mean).to.be.closeTo(100, 14);
    expect(traffic.queued.mean).to.be.closeTo(0.5, 0.08);
    expect(traffic.running.mean).to.be.closeTo(0.5, 0.04);
    // A wait is 0 for every second call, and else exponential.
    expect(traffic.waitingMs.p50).to.be.at.most(10);
    expect(traffic.latencyMs.p90).to.be.closeTo(200 * Math.log(10), 40);
  });

  it('counts retries, failures, timeouts and refusals with their reasons', () => {
    const settings = {
      retry: { maxAttempts: 2, backoff: () => 50 },
      timeoutMs: 1_000,
      rateLimit: { limit: 4, perMs: 1_000, overflow: 'reject' as const },
    };
    const work = { search: { latencyMs: 100, failureRate: 0.2, hangRate: 0.1 } };
    const { report, traffic } = tenMinutes(settings, { work });
    const { succeeded, failed, timedOut, rejected, cancelled, attempts, retries } = traffic;
    expect(succeeded + failed + timedOut + rejected + cancelled).to.equal(report.calls);
    expect(Object.keys(traffic.rejectedBy)).to.deep.equal(['RateLimitExceeded']);
    expect(traffic.rejectedBy['RateLimitExceeded']).to.equal(rejected);
    for (const count of [succeeded, failed, timedOut, rejected, retries]) expect(count).to.be.greaterThan(20);
    expect(attempts).to.be.at.most(4 * 600 + 4);
    expect(report.unfinished).to.equal(0);
  });

  it('lets callers leave who have waited long enough', () => {
    const { traffic } = tenMinutes({ concurrency: 1 }, { work: { search: { latencyMs: 300 } } }, { patienceMs: 400 });
    expect(traffic.cancelled).to.be.greaterThan(500);
    expect(traffic.latencyMs.max).to.be.at.most(400);
  });

  it('follows a profile, keeping the average', () => {
    const profile = [0, 1, 3, 0];
    const { report, traffic } = tenMinutes(
      { concurrency: 1 },
      { parts: 4, work: { search: { latencyMs: 150 } } },
      {
        profile,
      },
    );
    expect(report.calls).to.be.within(2_780, 3_220);
    const [first, second = 0, third = 0, fourth = 0] = traffic.queued.maxOfParts;
    expect(first).to.equal(0);
    expect(third).to.be.greaterThan(10 * second);
    // What had not been done at the end of the rush is done after it.
    expect(fourth).to.be.greaterThan(0);
  });

  it('lets calls come evenly, or as a function says', () => {
    const times = (arrivals: Arrivals): readonly number[] => {
      const seen: number[] = [];
      simulate({
        tools: ({ scheduler }) => [
          search({
            input: t.type({ at: t.number }),
            run: (args: { at: number }) => [seen.push(scheduler.now(), args.at)],
          } as never),
        ],
        arrivals: { search: { ...arrivals, args: (index) => ({ at: index }) } },
        durationMs: 100,
      });
      return seen;
    };
    expect(times({ kind: 'uniform', everyMs: 40 })).to.deep.equal([0, 0, 40, 1, 80, 2]);
    expect(times({ kind: 'uniform', everyMs: 33.4 })).to.deep.equal([0, 0, 33, 1, 66, 2]);
    expect(times({ kind: 'custom', nextMs: (now) => (now < 10 ? 5 : Infinity) })).to.deep.equal([5, 0, 10, 1]);
  });

  it('runs tools that take their time by its scheduler', () => {
    const report = simulate({
      tools: ({ scheduler, random }) => [search({ run: () => timer(Math.round(random() * 100), scheduler) })],
      arrivals: { search: { kind: 'uniform', everyMs: 10 } },
      durationMs: 40_000,
    });
    expect(report.calls).to.equal(4_000);
    expect(report.tools['search']?.latencyMs.mean).to.be.closeTo(50, 2);
    expect(report.tools['search']?.latencyMs.max).to.equal(100);
  });

  it('draws from each distribution', () => {
    const took = (latencyMs: Distribution) => tenMinutes({}, { work: { search: { latencyMs } } }).traffic.latencyMs;
    const uniform = took({ kind: 'uniform', minMs: 50, maxMs: 150 });
    expect([uniform.min, uniform.max]).to.deep.equal([50, 150]);
    expect(uniform.mean).to.be.closeTo(100, 3);
    const exponential = took({ kind: 'exponential', meanMs: 100 });
    expect(exponential.p50).to.be.closeTo(100 * Math.LN2, 7);
    const logNormal = took({ kind: 'logNormal', medianMs: 100, sigma: 1 });
    expect(logNormal.p50).to.be.closeTo(100, 8);
    expect(logNormal.p99 / logNormal.p50).to.be.closeTo(10.2, 2.5);
    const measured = took({ kind: 'measured', ms: [10, 20, 20, 20] });
    expect(measured.mean).to.be.closeTo(17.5, 0.4);
    expect(took((random) => (random() < 0.5 ? 0 : -4)).max).to.equal(0);
  });

  it('says of calls that never ended that there were some', () => {
    const { report } = tenMinutes({ run: () => NEVER, timeoutMs: Infinity }, { work: {} }, {
      kind: 'uniform',
      everyMs: 100_000,
    } as never);
    expect(report.unfinished).to.equal(6);
    expect(String(report)).to.contain('6 calls never ended');
  });

  it('prints what became of the calls, how long they waited, and how the queue went', () => {
    const { report } = tenMinutes(
      { concurrency: 1 },
      { durationMs: 1_000, parts: 4, work: { search: { latencyMs: 300 } } },
      {
        kind: 'uniform',
        everyMs: 250,
      } as never,
    );
    expect(String(report).split('\n')).to.deep.equal([
      '4 calls in 1s (seed 1), the last over at 1200ms',
      '',
      '        calls  succeeded  failed  timed out  refused  left  attempts  retries',
      'search      4          4       0          0        0     0         4        0',
      '',
      'ms               p50  p90  p95  p99  p99.9  max  mean',
      'search: latency  350  450  450  450    450  450   375',
      'search: waiting   50  150  150  150    150  150    75',
      '',
      'at a time        mean  max  the most in each part',
      'search: running  1.00    1  ████',
      'search: queued   0.25    1  ·███',
    ]);
  });

  it('gives Math.random back, also when it fails', () => {
    const { random } = Math;
    tenMinutes({});
    expect(Math.random).to.equal(random);
    expect(() => tenMinutes({}, { durationMs: 0 })).to.throw(RangeError);
    expect(() =>
      simulate({
        tools: () => {
          throw new Error('broken');
        },
        arrivals: {},
        durationMs: 1,
      }),
    ).to.throw('broken');
    expect(Math.random).to.equal(random);
  });

  it('keeps retries with a random backoff the same for the same seed', () => {
    const work = { search: { latencyMs: 10, failureRate: 0.3 } };
    const mean = (): number =>
      tenMinutes({ retry: { maxAttempts: 5 } }, { work, durationMs: 60_000 }).traffic.latencyMs.mean;
    expect(mean()).to.equal(mean());
  });

  it('refuses a tool that gives a promise, since that does not settle here', () => {
    const { traffic } = tenMinutes({ run: () => Promise.resolve(1) });
    expect(traffic.succeeded).to.be.greaterThan(2_000);
    expect(() => tenMinutes({ run: () => Promise.resolve(1) }, { work: {} })).to.throw(
      TypeError,
      "simulate: expected 'search' to give an Observable or an array, since promises do not settle in virtual time; say its work instead",
    );
  });

  it('refuses what is unknown or out of range', () => {
    expect(() => tenMinutes({}, { seeds: 1 } as never)).to.throw(TypeError, "did you mean 'seed'?");
    expect(() => tenMinutes({}, { work: { serach: { latencyMs: 1 } } })).to.throw(
      TypeError,
      "work: expected the names of tools, search, got 'serach'",
    );
    expect(() => tenMinutes({}, { arrivals: { serach: { kind: 'uniform', everyMs: 1 } } })).to.throw(
      TypeError,
      'arrivals: expected',
    );
    expect(() => tenMinutes({}, {}, { perSecond: 0 })).to.throw(
      RangeError,
      'arrivals.search.perSecond: expected a finite number above 0, got 0',
    );
    expect(() => tenMinutes({}, {}, { kind: 'poison' } as never)).to.throw(
      TypeError,
      "arrivals.search.kind: expected 'poisson', 'uniform' or 'custom', got poison",
    );
    expect(() => tenMinutes({}, {}, { profile: [0, 0] })).to.throw(
      RangeError,
      'arrivals.search.profile: expected a weight above 0',
    );
    expect(() => tenMinutes({}, {}, { everyMs: 5 })).to.throw(
      TypeError,
      'everyMs: expected a setting of arrivals.search',
    );
    expect(() => tenMinutes({}, { work: { search: { latencyMs: -1 } } })).to.throw(
      RangeError,
      'work.search.latencyMs: expected a finite number of at least 0, got -1',
    );
    expect(() => tenMinutes({}, { work: { search: { latencyMs: { kind: 'normal' } as never } } })).to.throw(
      TypeError,
      'got normal',
    );
    expect(() => tenMinutes({}, { work: { search: { latencyMs: { kind: 'measured', ms: [] } } } })).to.throw(
      TypeError,
      'expected at least one duration',
    );
    expect(() => tenMinutes({}, { work: { search: { latencyMs: 1, failureRate: 2 } } })).to.throw(
      RangeError,
      'expected a share from 0 to 1, got 2',
    );
    expect(() => tenMinutes({}, { parts: 0 })).to.throw(
      RangeError,
      'parts: expected a whole number of at least 1, got 0',
    );
  });

  it('checks what a tool gives by its output codec, as ever', () => {
    const mapped = simulate({
      tools: ({ scheduler }) => [search({ output: t.number, run: () => timer(3, scheduler).pipe(map(() => 7)) })],
      arrivals: { search: { kind: 'uniform', everyMs: 1 } },
      durationMs: 5_000,
    });
    expect(mapped.tools['search']?.succeeded).to.equal(5_000);
  });
});
