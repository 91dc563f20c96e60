import { decode } from '../decode.js';
import { describeFaults } from '../fault.js';
import type { Orchestrator } from '../orchestrator.js';
import type { AnyTool } from '../tool.js';
import { positiveMs } from '../../operators/gates/argument.js';
import { textOf } from './legend.js';
import { isSame } from './difference.js';
import { hostTurns } from './hostTurn.js';
import { hearingWhatIsDropped, Trial } from './Trial.js';
import { runVirtually } from './virtualTime.js';

/** A tool to be checked, new for each check. */
export interface ConformanceSubject {
  readonly tool: AnyTool;
  /** With which it succeeds. */
  readonly args: unknown;
  /** How many pieces of work it has begun: requests that a fake server has seen, say. Default: not known. */
  readonly begun?: () => number;
  /** How many of them go on. Default: not known. */
  readonly pending?: () => number;
  /** In which the flows run that the tool runs. Default: none, and such a tool fails. */
  readonly orchestrator?: Pick<Orchestrator, 'run'>;
}

/** How a tool is checked. */
export interface ConformanceOptions {
  /** True: on the host's clock, for a tool that talks to something outside. Default: false, in virtual time. */
  readonly realTime?: boolean;
  /** How long a call may take, in ms, above 0. Default: 60,000, and 2,000 in real time. */
  readonly withinMs?: number;
  /** How long the tool may take to stop once it is told to, in ms, above 0. Default: 50. */
  readonly settleMs?: number;
  /** True for a tool whose stream does not end by itself. Default: false. */
  readonly endless?: boolean;
}

/** One rule, and what finds out whether a tool keeps it. */
export interface ConformanceCheck {
  /** What the tool does if all is well: a title for `it`. */
  readonly name: string;
  /** Rejects with an Error that says what the tool did instead. */
  readonly run: () => Promise<void>;
}

/** What a check works with. */
interface Bench {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Waits for a promise, but no longer than that. */
  readonly within: (promise: Promise<void>, ms: number) => Promise<void>;
  /** How many timers are set; undefined in real time, where nobody counts them. */
  readonly timers: () => number | undefined;
  readonly withinMs: number;
  readonly settleMs: number;
  readonly endless: boolean;
}

type Rule = (subject: ConformanceSubject, bench: Bench, again: () => Promise<ConformanceSubject>) => Promise<void>;

/**
 * Checks that a tool behaves: it does no work before it is subscribed to, honours its signal, settles once, gives what
 * its output codec reads, and gives nothing after it has been left. The checks are for any test runner.
 *
 * @param makeTool - Makes the tool anew, with whatever it talks to.
 * @throws RangeError, TypeError for an option that is out of its range.
 *
 * @example
 * ```ts
 * describe('search', () => {
 *   for (const { name, run } of conformance(() => ({ tool: search, args: { query: 'forkJoin' } }))) it(name, run);
 * });
 * ```
 */
export function conformance(
  makeTool: () => ConformanceSubject | PromiseLike<ConformanceSubject>,
  options: ConformanceOptions = {},
): readonly ConformanceCheck[] {
  const { realTime = false, endless = false } = options;
  const withinMs = positiveMs('withinMs', options.withinMs ?? (realTime ? 2_000 : 60_000));
  const settleMs = positiveMs('settleMs', options.settleMs ?? 50);
  const limits = { withinMs, settleMs, endless };
  const on = realTime ? inRealTime : inVirtualTime;
  return Object.entries(rules).map(([name, rule]) => ({
    name,
    // Around the time, which may come to an end in the middle of a check.
    run: () =>
      hearingWhatIsDropped(() =>
        on(limits, async (bench) => {
          const again = async (): Promise<ConformanceSubject> => checked(await makeTool());
          await rule(await again(), bench, again);
        }),
      ),
  }));
}

/** What a test runner has: mocha, Jest, Vitest and node:test all do. */
export interface TestRunner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

/**
 * Makes a suite of checks.
 *
 * @param runner - Default: the functions `describe` and `it` that the runner has made global.
 */
export function describeConformance(
  title: string,
  checks: readonly ConformanceCheck[],
  runner: TestRunner = globalRunner(),
): void {
  runner.describe(title, () => {
    for (const { name, run } of checks) runner.it(name, run);
  });
}

function globalRunner(): TestRunner {
  const { describe, it } = globalThis as object as Partial<TestRunner>;
  if (describe && it) return { describe, it };
  throw new TypeError('runner: expected { describe, it }, since this test runner has not made them global');
}

const rules: Readonly<Record<string, Rule>> = {
  'does no work before it is subscribed to': async (subject, bench, again) => {
    await expectNothingBegun('was made', subject, bench);
    const trial = trialOf(subject, bench);
    trial.call();
    if (!trial.isStream) {
      // Its promise may be rejected for that, which is for somebody to hear of.
      trial.listen();
      trial.leave();
      return;
    }
    await expectNothingBegun('gave its stream, to which nobody has subscribed', subject, bench);
    if (trial.progress.length > 0) fail(subject, 'reported progress before it was subscribed to');
    if (bench.timers() === undefined) return;
    const late = await timesOf(trial, bench);
    const early = trialOf(await again(), bench);
    early.call();
    const prompt = await timesOf(early, bench);
    if (!isSame(prompt.gaps, late.gaps)) {
      fail(
        subject,
        `began before it was subscribed to: values at ${prompt.text} for a prompt subscriber, at ${late.text} for one who came ${bench.settleMs} ms later`,
      );
    }
  },

  'honours its signal': async (subject, bench, again) => {
    const whole = trialOf(subject, bench);
    const startedAt = bench.now();
    whole.call();
    await play(whole, bench);
    const lasts = bench.now() - startedAt;
    whole.leave();
    for (const after of new Set([0, Math.floor(lasts / 2)])) {
      const one = await again();
      const before = bench.timers() ?? 0;
      const trial = trialOf(one, bench);
      trial.call();
      trial.listen();
      if (after > 0) await bench.sleep(after);
      if (trial.ended) continue;
      trial.leave();
      await bench.sleep(bench.settleMs);
      const when = `${bench.settleMs} ms after it was told to stop, ${after} ms after its beginning`;
      if (trial.pending) fail(one, `its promise is still pending ${when}`);
      const timers = (bench.timers() ?? 0) - before;
      if (timers > 0) fail(one, `${timers === 1 ? 'a timer is' : `${timers} timers are`} still set ${when}`);
      const pending = one.pending?.() ?? 0;
      if (pending > 0)
        fail(one, `${pending === 1 ? 'a piece' : `${pending} pieces`} of its work still goes on ${when}`);
    }
  },

  'settles once': async (subject, bench) => {
    const trial = trialOf(subject, bench);
    const startedAt = bench.now();
    trial.call();
    await play(trial, bench);
    if (!trial.ended && !bench.endless) fail(subject, `has not ended in ${bench.withinMs} ms`);
    // As long again, for what comes too late.
    await bench.sleep(bench.settleMs + bench.now() - startedAt);
    if (trial.afterEnd.length > 0) fail(subject, `gave ${trial.afterEnd.join(', ')} after its end`);
    trial.leave();
  },

  'gives what its output codec reads': async (subject, bench) => {
    const { tool } = subject;
    const trial = trialOf(subject, bench);
    trial.call();
    await play(trial, bench);
    trial.leave();
    const [end] = trial.ends;
    if (end && end.what !== 'complete') {
      fail(subject, `expected to succeed with these arguments, got ${textOf(end.what.error)}`);
    }
    for (const { what } of tool.output ? trial.values : []) {
      const result = decode(tool.output as NonNullable<typeof tool.output>, what);
      if (result._tag === 'Left')
        fail(subject, `gave what its own output codec refuses: ${describeFaults(result.left)}`);
    }
  },

  'gives nothing after unsubscribe': async (subject, bench, again) => {
    const whole = trialOf(subject, bench);
    const startedAt = bench.now();
    whole.call();
    await play(whole, bench);
    whole.leave();
    const lasts = bench.now() - startedAt;
    for (const after of new Set([0, Math.floor(lasts / 2)])) {
      const one = await again();
      const trial = trialOf(one, bench);
      trial.call();
      trial.listen();
      if (after > 0) await bench.sleep(after);
      if (trial.ended) continue;
      trial.leave();
      await bench.sleep(lasts + bench.settleMs);
      const [late] = trial.afterLeaving;
      if (late !== undefined) fail(one, `gave ${late} after its subscriber had left, ${after} ms after its beginning`);
    }
  },
};

/** Listens until the end, or until it has taken too long. */
async function play(trial: Trial, bench: Bench): Promise<void> {
  trial.listen();
  await bench.within(trial.whenEnded, bench.endless ? bench.settleMs * 10 : bench.withinMs);
}

/** When its values come, counted from the subscription. */
async function timesOf(
  trial: Trial,
  bench: Bench,
): Promise<{ readonly gaps: readonly number[]; readonly text: string }> {
  const subscribedAt = bench.now();
  await play(trial, bench);
  trial.leave();
  const gaps = trial.values.map(({ at }) => at - subscribedAt);
  return { gaps, text: gaps.map((at) => `${at} ms`).join(', ') || 'no time' };
}

async function expectNothingBegun(when: string, subject: ConformanceSubject, bench: Bench): Promise<void> {
  expectNoWork(when, subject, bench);
  await bench.sleep(bench.settleMs);
  expectNoWork(when, subject, bench);
}

function expectNoWork(when: string, subject: ConformanceSubject, bench: Bench): void {
  const begun = subject.begun?.() ?? 0;
  if (begun > 0) fail(subject, `has begun ${begun === 1 ? 'a piece' : `${begun} pieces`} of work when it ${when}`);
  const timers = bench.timers() ?? 0;
  if (timers > 0) fail(subject, `has set ${timers === 1 ? 'a timer' : `${timers} timers`} when it ${when}`);
}

function trialOf({ tool, args, orchestrator }: ConformanceSubject, bench: Bench): Trial {
  const decoded = decode(tool.input, args);
  if (decoded._tag === 'Right') return new Trial(tool, decoded.right, bench.now, orchestrator);
  throw new TypeError(`args: expected arguments that '${tool.name}' takes: ${describeFaults(decoded.left)}`);
}

function checked(subject: ConformanceSubject): ConformanceSubject {
  if (typeof (subject as Partial<ConformanceSubject> | undefined)?.tool?.run === 'function') return subject;
  throw new TypeError(`makeTool: expected { tool, args }, got ${textOf(subject)}`);
}

function fail({ tool }: ConformanceSubject, what: string): never {
  throw new Error(`'${tool.name}' ${what}`);
}

type Limits = Pick<Bench, 'withinMs' | 'settleMs' | 'endless'>;

function inVirtualTime(limits: Limits, check: (bench: Bench) => Promise<void>): Promise<void> {
  return runVirtually(
    (context, timers) =>
      check({
        now: () => context.now(),
        sleep: (ms) => context.sleep(ms),
        within: (promise, ms) => Promise.race([promise, context.sleep(ms)]),
        timers,
        ...limits,
      }),
    {},
    true,
  );
}

async function inRealTime(limits: Limits, check: (bench: Bench) => Promise<void>): Promise<void> {
  const turns = hostTurns();
  await check({
    now: () => turns.now(),
    sleep: (ms) => turns.wait(ms),
    within: (promise, ms) => turns.within(promise, ms),
    timers: () => undefined,
    ...limits,
  });
}
