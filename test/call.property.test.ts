import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { isRight } from 'fp-ts/Either';
import { config } from 'rxjs';
import { statusOf, ToolEvent } from '../src/index.js';
import { expectLateness, expectLegal, expectLimits, expectOneOrder } from './support/laws.js';
import { byCall, Play } from './support/Play.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { type Scenario, scenarios } from './support/scenario.js';

/** How many scenarios each property is tried on; more by hand, now and then. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 60);

describe('whatever the tools, the calls, their limits and who leaves when', function () {
  failOnUnhandledRejections();

  this.timeout(600_000);
  const { onUnhandledError } = config;

  before(() => {
    config.onUnhandledError = (error) => {
      if (!(error instanceof Error && error.message === 'a subscriber that throws')) throw error;
    };
  });
  after(() => {
    config.onUnhandledError = onUnhandledError;
  });

  const law = (title: string, holds: (play: Play, scenario: Scenario) => void): void => {
    it(title, async () => {
      const property = fc.asyncProperty(scenarios, async (scenario) => {
        const play = new Play(scenario);
        await play.run();
        holds(play, scenario);
      });
      await fc.assert(property, { numRuns });
    });
  };

  law('each call has one terminal event, and its events come in an order that makes sense', (play, scenario) => {
    for (const [callId, events] of byCall(play.stage.events)) expectLegal(callId, events, play, scenario);
  });

  law('each attempt is abandoned at most once, and then settles late once', (play) => {
    for (const events of byCall(play.stage.events).values()) expectLateness(events);
  });

  law(
    'events are numbered without a gap, and a history has no gap and no repeat, whenever it is subscribed to',
    expectOneOrder,
  );

  law(
    'no more calls run than there are slots, and no more start in any window than the limit says',
    (play, { tools }) => {
      tools.forEach((plan, index) => {
        expectLimits(plan, play.stage.events, `t${String(index)}`);
        if (plan.slots && plan.releaseOn === 'settle') {
          expect(play.noted[index]?.mostPending).to.be.at.most(plan.slots.concurrency);
        }
      });
    },
  );

  law('nothing is held in the end: no slot, no place in a queue, no timer, no listener', (play) => {
    // A slot may be kept until the work that is left behind has settled.
    expect(play.leftBehind).to.include({ running: 0, queued: 0, waiting: 0, timers: 0 });
    play.stage.expectNothingHeld();
    for (const { pending, signals } of play.noted) {
      expect(pending).to.equal(0);
      for (const signal of signals) expect(getEventListeners(signal, 'abort')).to.have.length(0);
    }
  });

  law('the statuses that follow from the events are those that the tools have, at every event and after it', (play) => {
    play.expectStatusesAgreed();
  });

  law('a status follows from the end of a history alone, but for an error of before', (play, { tools }) => {
    const { events } = play.stage;
    tools.forEach((_plan, index) => {
      const name = `t${String(index)}`;
      const ofTool = events.filter(
        (event) => 'tool' in event && event.tool === name && ('load' in event || event.type === 'tool.unregistered'),
      );
      const fold = (from: number) => ofTool.slice(from).reduce(statusOf, undefined);
      const whole = fold(0);
      for (let from = 0; from < ofTool.length; from++) {
        const knowsOutcome = ofTool.slice(from).some(({ type }) => /succeeded|failed|timedOut/.test(type));
        if (knowsOutcome) expect(fold(from)).to.deep.equal(whole);
        else
          expect(fold(from)).to.include(
            whole ? { running: whole.running, queued: whole.queued, accepting: whole.accepting } : {},
          );
      }
    });
  });

  law('every event is the same after it was read from JSON', (play) => {
    for (const event of play.stage.events) {
      const json = JSON.stringify(ToolEvent.encode(event));
      const read = ToolEvent.decode(JSON.parse(json));
      expect(isRight(read) && JSON.stringify(ToolEvent.encode(read.right))).to.equal(json);
    }
  });
});
