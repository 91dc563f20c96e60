import { expect } from 'chai';
import * as fc from 'fast-check';
import { config } from 'rxjs';
import { ToolEvent } from '../src/index.js';
import { expectLateness, expectLegal, expectLimits } from './support/laws.js';
import { byCall, Play } from './support/Play.js';
import { failOnUnhandledRejections } from './support/rejections.js';
import { type Around, type Scenario, scenarios } from './support/scenario.js';

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 60);

/** Tools without operators of their own; some of them without gates too. */
const plain: fc.Arbitrary<Scenario> = fc
  .tuple(scenarios, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
  .map(([scenario, gated]) => ({
    ...scenario,
    tools: scenario.tools.map((tool, index) => ({
      ...tool,
      operator: 'none',
      ...(gated[index] ? {} : { slots: undefined, rateLimit: undefined }),
    })),
  }));

async function played(scenario: Scenario, around: Around): Promise<Play> {
  const play = new Play(scenario, around);
  await play.run();
  return play;
}

/** All that anybody was told, in order. */
function told({ stage, seen, watched }: Play): unknown {
  return {
    log: stage.log,
    events: stage.events.map((event) => JSON.stringify(ToolEvent.encode(event))),
    seen: [...seen],
    watched,
    stats: stage.orchestrator.stats(),
  };
}

describe('a call with nothing around its attempt', function () {
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

  it('tells everybody the same, at the same times, as one that goes through operators which change nothing', async () => {
    const property = fc.asyncProperty(plain, async (scenario) => {
      expect(told(await played(scenario, 'nothing'))).to.deep.equal(told(await played(scenario, 'operators')));
    });
    await fc.assert(property, { numRuns: 2 * numRuns });
  });

  it('keeps to the order of events, to its limits, and holds nothing in the end', async () => {
    const property = fc.asyncProperty(plain, async (scenario) => {
      const play = await played(scenario, 'nothing');
      for (const [callId, events] of byCall(play.stage.events)) {
        expectLegal(callId, events, play, scenario);
        expectLateness(events);
      }
      scenario.tools.forEach((tool, index) => {
        expectLimits(tool, play.stage.events, `t${String(index)}`);
      });
      play.expectStatusesAgreed();
      play.stage.expectNothingHeld();
    });
    await fc.assert(property, { numRuns });
  });
});
