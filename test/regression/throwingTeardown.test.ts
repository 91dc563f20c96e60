import { expect } from 'chai';
import { mergeMap, Observable, type Subscription, throwError, timer } from 'rxjs';
import { isTerminal } from '../../src/index.js';
import { Stage, toolOf } from '../support/stage.js';

/** Goes on for good, and throws as it is torn down where its arguments say so. */
const stubborn = toolOf(
  ({ throws }: { readonly throws?: boolean }) =>
    new Observable(() => () => {
      if (throws) throw new Error('thrown in teardown');
    }),
  { name: 'stubborn' },
);

/** The second of three throws. */
const three = [{}, { throws: true }, {}];
const steps = three.map((args, index) => ({ tool: 'stubborn', arguments: args, outputKey: `s${index}` }));

const begun: Readonly<Record<string, (stage: Stage) => Subscription>> = {
  'a parallel group': ({ orchestrator }) =>
    orchestrator.parallel(three.map((args) => ({ tool: 'stubborn', arguments: args }))).subscribe(),
  'a plan': ({ orchestrator }) => orchestrator.run({ kind: 'plan', steps }).subscribe(),
  'a step with each': ({ orchestrator }) =>
    orchestrator.run({ steps: [{ tool: 'stubborn', each: three, arguments: '$item' }] }).subscribe(),
  'steps that have arrived': ({ orchestrator }) => orchestrator.runSteps(steps).subscribe(),
};

describe('a tool that throws as it is torn down', () => {
  for (const [title, begin] of Object.entries(begun)) {
    it(`keeps no other call of ${title} going that is left`, () => {
      const stage = new Stage([stubborn]);
      const run = begin(stage);
      expect(stage.orchestrator.stats().running).to.equal(3);
      expect(() => {
        run.unsubscribe();
      }).to.throw('thrown in teardown');
      expect(stage.events.filter(isTerminal).map(({ type }) => type)).to.deep.equal(Array(3).fill('call.cancelled'));
      expect(stage.events.at(-1)?.type).to.equal('run.cancelled');
      stage.expectNothingHeld();
    });
  }

  it('keeps no other attempt of its own call going', () => {
    const down: number[] = [];
    const stage = new Stage([
      toolOf(
        (_args, { attempt }) =>
          new Observable(() => () => {
            down.push(attempt);
            if (attempt === 3) throw new Error('thrown in teardown');
          }),
        { idempotent: true, hedge: { delayMs: 1, maxAttempts: 3 }, deadlineMs: 10 },
      ),
    ]);
    stage.call('a');
    expect(() => {
      stage.flush();
    }).to.throw('thrown in teardown');
    stage.flush();
    expect(down).to.deep.equal([3, 2, 1]);
    expect(stage.log.at(-1)).to.equal('10 a > ToolTimeout');
    stage.expectNothingHeld();
  });

  it('keeps no step with each from failing when another element has', () => {
    const failing = toolOf(({ throws }: { readonly throws?: boolean }) =>
      throws
        ? new Observable(() => () => {
            throw new Error('thrown in teardown');
          })
        : timer(1, stage.scheduler).pipe(mergeMap(() => throwError(() => new Error('broken')))),
    );
    const stage: Stage = new Stage([failing]);
    const told: unknown[] = [];
    stage.orchestrator
      .run({ steps: [{ tool: 't', each: [{}, { throws: true }], arguments: '$item' }] })
      .subscribe({ error: (error: Error) => told.push(error.name) });
    stage.flush();
    expect(told).to.deep.equal(['ChainFailed']);
    stage.expectNothingHeld();
  });
});
