import { expect } from 'chai';
import { config, filter, type Observable, of, Subject, takeUntil } from 'rxjs';
import { createOrchestrator, type FlowData, type StepData, type ToolEvent } from '../src/index.js';
import { countedIds, linesOf, watch } from './support/flowTools.js';
import { Stage, toolOf } from './support/stage.js';

/** A tool whose calls end when the test says so, by the keys of their steps. */
class Hand {
  readonly ran: string[] = [];
  private readonly calls = new Map<string, Subject<unknown>>();

  readonly tool = toolOf((_args, { step = '' }): Observable<unknown> => {
    this.ran.push(step);
    const call$ = new Subject<unknown>();
    this.calls.set(step, call$);
    return call$;
  });

  end(step: string): void {
    this.calls.get(step)?.next(step);
    this.calls.get(step)?.complete();
  }

  fail(step: string): void {
    this.calls.get(step)?.error(new Error('broken'));
  }
}

const step = (outputKey: string, ...needs: readonly string[]): StepData => ({
  tool: 't',
  outputKey,
  arguments: needs.map((key) => `$${key}`),
});
const planOf = (...steps: readonly StepData[]): FlowData => ({ kind: 'plan', steps });

/** Without the times. */
const withoutTime = (lines: readonly string[]): readonly string[] => lines.map((line) => line.replace(/^\d+ /, ''));

describe('a plan whose watchers meddle', () => {
  it('does not take a step for stuck whose turn comes when an event has been heard', () => {
    const hand = new Hand();
    const { orchestrator } = new Stage([hand.tool]);
    orchestrator.events$.subscribe((event) => {
      if (event.type === 'run.advanced' && event.step === 'a') hand.end('b');
    });
    const told = watch(orchestrator.run(planOf(step('a'), step('b'), step('c', 'a'))));
    hand.end('a');
    hand.end('c');
    expect(told).to.deep.include({ end: 'completed' });
    expect(told.values.at(-1)).to.deep.equal({ a: 'a', b: 'b', c: 'c' });
  });

  it('does not take a step for stuck that is about to be skipped', () => {
    const hand = new Hand();
    const { orchestrator, events } = new Stage([hand.tool]);
    orchestrator.events$.subscribe((event) => {
      if (event.type === 'call.skipped' && event.step === 'c') hand.end('b');
    });
    const told = watch(orchestrator.run(planOf(step('a'), step('b'), step('c', 'a'), step('d', 'c'), step('e', 'd'))));
    hand.fail('a');
    expect(told.error).to.deep.include({ _tag: 'PlanFailed', step: 'a', skipped: ['c', 'd', 'e'] });
    expect((told.error as { failures: unknown[] }).failures).to.have.length(1);
    expect(events.filter(({ type }) => type === 'call.skipped')).to.have.length(3);
  });

  it('begins in the order of the flow what an end inside of an end has made ready', () => {
    const hand = new Hand();
    const { orchestrator } = new Stage([hand.tool]);
    const told = watch(orchestrator.run(planOf(step('x', 'b'), step('y', 'a'), step('a'), step('b'))));
    let ended = false;
    orchestrator.events$.subscribe((event) => {
      if (event.type === 'run.advanced' && !ended) {
        ended = true;
        hand.end('b');
      }
    });
    hand.end('a');
    expect(hand.ran).to.deep.equal(['a', 'b', 'x', 'y']);
    hand.end('y');
    hand.end('x');
    expect(told.end).to.equal('completed');
  });

  it('ends another step from inside next, and gives each context once the one before has been heard', () => {
    const hand = new Hand();
    const seen: string[] = [];
    const { orchestrator } = new Stage([hand.tool]);
    orchestrator.run(planOf(step('a'), step('b'), step('c', 'a', 'b'))).subscribe({
      next: (context) => {
        seen.push(Object.keys(context).join(''));
        if (seen.length === 1) hand.end('b');
      },
      complete: () => seen.push('end'),
    });
    hand.end('a');
    hand.end('c');
    expect(seen).to.deep.equal(['a', 'ab', 'abc', 'end']);
  });

  for (const [title, first, callId] of [
    ['a step', step('a'), 'r1.a'],
    ['an element', { ...step('a'), each: [1, 2, 3] }, 'r1.a#0'],
  ] as const) {
    for (const way of ['run', 'runSteps'] as const) {
      it(`runs nothing when it is left as ${title} starts, in ${way}`, () => {
        let ran = 0;
        const tool = toolOf(() => {
          ran++;
          return of(1);
        });
        const orchestrator = createOrchestrator({ tools: [tool], createId: countedIds() });
        const lines = linesOf(orchestrator);
        const started$ = orchestrator.events$.pipe(filter(({ type }) => type === 'call.started'));
        const steps = [first, step('b')];
        const run$ = way === 'run' ? orchestrator.run(planOf(...steps)) : orchestrator.runSteps(steps);
        run$.pipe(takeUntil(started$)).subscribe();
        expect(ran).to.equal(0);
        expect(withoutTime(lines)).to.deep.equal([
          'run.started r1',
          `call.started ${callId}`,
          `call.cancelled ${callId}`,
          'run.cancelled r1',
        ]);
      });
    }
  }

  it('lets go of everything when it is left inside next', () => {
    const hand = new Hand();
    const stage = new Stage([hand.tool]);
    const run = stage.orchestrator.run(planOf(step('a'), step('b'), step('c', 'a'))).subscribe(() => {
      run.unsubscribe();
    });
    hand.end('a');
    expect(hand.ran).to.deep.equal(['a', 'b']);
    expect(stage.events.map(({ type }) => type).slice(-3)).to.deep.equal([
      'run.advanced',
      'call.cancelled',
      'run.cancelled',
    ]);
    stage.expectNothingHeld();
  });

  for (const [title, type, steps] of [
    [
      'it is told of a step that is skipped',
      'call.skipped',
      [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b')],
    ],
    ['its calls are cancelled for a failure', 'call.cancelled', [step('a'), step('x'), step('y'), step('z')]],
  ] as const) {
    it(`tells of nothing after its end when it is left as ${title}`, () => {
      const hand = new Hand();
      const stage = new Stage([hand.tool]);
      const left$ = stage.orchestrator.events$.pipe(filter((event) => event.type === type));
      const flow: FlowData = { ...planOf(...steps), failFast: type === 'call.cancelled' };
      const told = watch(stage.orchestrator.run(flow).pipe(takeUntil(left$)));
      hand.fail('a');
      const end = type === 'call.cancelled' ? 'run.failed' : 'run.cancelled';
      expect(stage.events.at(-1)?.type).to.equal(end);
      expect(stage.events.filter((event) => event.type.startsWith('run.'))).to.have.length(2);
      expect(told.end).to.equal('completed');
      stage.expectNothingHeld();
    });
  }

  it('goes on when a subscriber throws', () => {
    const hand = new Hand();
    const stage = new Stage([hand.tool]);
    const thrown: unknown[] = [];
    const before = config.onUnhandledError;
    config.onUnhandledError = (error) => thrown.push(error);
    try {
      stage.orchestrator.run(planOf(step('a'), step('b', 'a'))).subscribe(() => {
        throw new Error('mine');
      });
      hand.end('a');
      hand.end('b');
    } finally {
      // RxJS reports in a timer of its own, by what is configured then.
      setTimeout(() => {
        config.onUnhandledError = before;
      });
    }
    expect(stage.events.at(-1)).to.include({ type: 'run.succeeded' });
    stage.expectNothingHeld();
  });

  it('runs a plan from inside the contexts of a plan', () => {
    const hand = new Hand();
    const stage = new Stage([hand.tool]);
    const inner: ToolEvent['type'][] = [];
    stage.orchestrator.run(planOf(step('a'), step('b', 'a'))).subscribe((context) => {
      if (Object.keys(context).length > 1) return;
      stage.orchestrator.run(planOf(step('x'), step('y', 'x'))).subscribe({
        complete: () => inner.push('run.succeeded'),
      });
      hand.end('x');
      hand.end('y');
    });
    hand.end('a');
    hand.end('b');
    expect(inner).to.deep.equal(['run.succeeded']);
    expect(stage.events.filter(({ type }) => type === 'run.succeeded')).to.have.length(2);
    stage.expectNothingHeld();
  });
});
