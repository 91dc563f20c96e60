import { expect } from 'chai';
import fc from 'fast-check';
import {
  Circuit,
  type CircuitOptions,
  type CircuitPermit,
  type CircuitTransition,
} from '../../../operators/gates/Circuit.js';
import { NaiveCircuit, type PermitEnd } from '../../support/naiveCircuit.js';
import { VirtualClock } from '../../support/VirtualClock.js';

type Action =
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'ask' }
  | { readonly kind: 'tell'; readonly back: number; readonly end: PermitEnd }
  | { readonly kind: 'isolate' }
  | { readonly kind: 'release'; readonly back: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'setBack'; readonly ms: number };

/** Drawn so that a trace gets around: it opens, half-opens, opens again and closes, more than once. */
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 40, arbitrary: fc.constant({ kind: 'ask' }) },
  {
    weight: 50,
    // Counted from the latest permit: 0 is mostly one that is under way, others are late, or told of twice.
    arbitrary: fc.record({
      kind: fc.constant('tell'),
      back: fc.constantFrom(0, 0, 0, 1, 1, 2, 5),
      end: fc.constantFrom('succeeded', 'succeeded', 'failed', 'failed', 'ignored'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'isolate' }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('release'), back: fc.nat(1) }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'look' }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('setBack'), ms: fc.integer({ min: 1, max: 1_000 }) }) },
);

const trace = fc.array(action, { minLength: 30, maxLength: 120, size: 'max' });

const rates = {
  minimumCalls: fc.integer({ min: 1, max: 3 }),
  failureRate: fc.constantFrom(0.25, 1 / 3, 0.5, 0.75, 1),
};
const slowness = { slowCallRate: fc.constantFrom(0.5, 1), slowCallMs: fc.integer({ min: 1, max: 20 }) };

const windows = {
  consecutive: fc.record({ kind: fc.constant('consecutive'), failures: fc.integer({ min: 1, max: 3 }) }),
  count: fc.oneof(
    fc.record({ kind: fc.constant('count'), size: fc.integer({ min: 3, max: 6 }), ...rates }),
    fc.record({ kind: fc.constant('count'), size: fc.integer({ min: 3, max: 6 }), ...rates, ...slowness }),
  ),
  time: fc.oneof(
    fc.record({ kind: fc.constant('time'), ms: fc.constantFrom(10, 20, 50), ...rates }),
    fc.record({ kind: fc.constant('time'), ms: fc.constantFrom(10, 20, 50), ...rates, ...slowness }),
  ),
};

const settings = {
  openMs: fc.oneof(
    fc.integer({ min: 1, max: 15 }),
    fc.constant((reopenings: number) => 2 + 3 * Math.min(reopenings, 4)),
  ),
  probes: fc.integer({ min: 1, max: 3 }),
  maxHalfOpenMs: fc.constantFrom(1, 8, 20, Infinity),
};

/** A circuit in the hand of a trace. */
class Played {
  readonly clock = new VirtualClock({ startMs: 1_000_000 });
  readonly circuit: Circuit;
  readonly permits: CircuitPermit[] = [];
  readonly handles: { release(): void }[] = [];
  /** What was answered. */
  readonly seen: unknown[] = [];

  constructor(options: CircuitOptions) {
    this.circuit = new Circuit(options);
  }

  do(one: Action): void {
    const { circuit, clock } = this;
    if (one.kind === 'wait') clock.advance(one.ms);
    if (one.kind === 'ask') this.ask();
    if (one.kind === 'tell') this.permits.at(-1 - one.back)?.[one.end]();
    if (one.kind === 'isolate') this.handles.push(circuit.isolate());
    if (one.kind === 'release') this.handles.at(-1 - one.back)?.release();
    if (one.kind === 'setBack') {
      // Read right before and right after, so that no time passes unseen.
      circuit.current(clock);
      clock.jump(-one.ms);
    }
    if (one.kind === 'look' || one.kind === 'setBack') this.seen.push(circuit.current(clock));
  }

  /** The time that has passed when the clock reads so. */
  elapsedAt(reading: number | undefined): number | undefined {
    return reading === undefined ? undefined : reading - this.clock.now() + this.clock.elapsedMs;
  }

  private ask(): void {
    const answer = this.circuit.acquire(this.clock);
    if ('permit' in answer) this.permits.push(answer.permit);
    const after = 'permit' in answer ? undefined : answer.retryAfterMs;
    this.seen.push(
      ('permit' in answer ? 'permit' : answer.refusal) + (after === undefined ? '' : `, ${String(after)}`),
    );
  }
}

/** All that can be seen of a circuit after each action, and its transitions at last. */
function actual(options: CircuitOptions, actions: readonly Action[]): readonly unknown[] {
  const played = new Played(options);
  const transitions: string[] = [];
  played.circuit.onTransition(({ from, to, retryAt }) => {
    transitions.push(`${from} > ${to}${retryAt === undefined ? '' : `, ${String(played.elapsedAt(retryAt))}`}`);
  });
  for (const one of actions) {
    played.do(one);
    played.seen.push(played.elapsedAt(played.circuit.retryAt));
  }
  return [...played.seen, ...transitions];
}

function expected(options: Required<CircuitOptions>, actions: readonly Action[]): readonly unknown[] {
  const model = new NaiveCircuit(options);
  const seen: unknown[] = [];
  let now = 0;
  for (const one of actions) {
    if (one.kind === 'wait') now += one.ms;
    if (one.kind === 'ask') seen.push(model.ask(now));
    if (one.kind === 'tell') model.tell(now, model.given - 1 - one.back, one.end);
    if (one.kind === 'isolate') model.isolate();
    if (one.kind === 'release') model.release(model.isolations - 1 - one.back);
    if (one.kind === 'look' || one.kind === 'setBack') seen.push(model.current(now));
    seen.push(model.retryAt);
  }
  return [...seen, ...model.transitions];
}

const options = (window: fc.Arbitrary<unknown>): fc.Arbitrary<Required<CircuitOptions>> =>
  fc.record({ window, ...settings }) as fc.Arbitrary<Required<CircuitOptions>>;

describe('Circuit, against a circuit that looks through a list of every permit', () => {
  for (const [kind, window] of Object.entries(windows)) {
    it(`gives the same answers and makes the same transitions (${kind} window)`, () => {
      fc.assert(
        fc.property(options(window), trace, (given, actions) => {
          expect(actual(given, actions)).to.deep.equal(expected(given, actions));
        }),
        { numRuns: 400 },
      );
    });
  }
});

describe('Circuit, whatever is done to it', () => {
  const anyWindow = fc.oneof(...Object.values(windows));

  it('tells all listeners of the same transitions, each from where the one before led to, whatever they do', () => {
    fc.assert(
      fc.property(options(anyWindow), trace, fc.array(action, { maxLength: 20 }), (given, actions, reactions) => {
        const played = new Played(given);
        const told: [CircuitTransition[], CircuitTransition[]] = [[], []];
        const left = [...reactions];
        played.circuit.onTransition((transition) => told[0].push(transition));
        played.circuit.onTransition(() => {
          const reaction = left.pop();
          if (reaction) played.do(reaction);
        });
        played.circuit.onTransition((transition) => told[1].push(transition));
        for (const one of actions) played.do(one);
        expect(told[0]).to.deep.equal(told[1]);
        const ends = told[0].map(({ to }) => to);
        expect(told[0].map(({ from }) => from)).to.deep.equal(['closed', ...ends].slice(0, ends.length));
      }),
      { numRuns: 400 },
    );
  });

  it('lets somebody through in the end, when all permits have been given back and all handles released', () => {
    fc.assert(
      fc.property(options(anyWindow), trace, (given, actions) => {
        const played = new Played(given);
        for (const one of actions) played.do(one);
        for (const permit of played.permits) permit.ignored();
        for (const handle of played.handles) handle.release();
        played.clock.advance(1_000);
        expect(played.circuit.acquire(played.clock)).to.have.property('permit');
      }),
      { numRuns: 400 },
    );
  });
});
