import { expect } from 'chai';
import * as fc from 'fast-check';
import { config } from 'rxjs';
import { isTerminal, isToolTimeout, type TerminalEvent, type ToolEvent } from '../src/index.js';
import { byCall, Play, wordOf } from './support/Play.js';
import { type Scenario, scenarios, type ToolPlan } from './support/scenario.js';

const runs = Number(process.env['FC_RUNS'] ?? 150);

/** One attempt, or a value that an operator gives instead of it. */
const legalWord = /^(?:q{0,2}(?:s[pe]*)?f|e)*(?:q{0,2}(?:s[pe]*)?)T$/;

describe('whatever the tools, the calls, and who leaves when', function () {
  this.timeout(120_000);
  const { onUnhandledError } = config;

  before(() => {
    config.onUnhandledError = (error) => {
      if (!(error instanceof Error && error.message === 'a subscriber that throws')) throw error;
    };
  });
  after(() => {
    config.onUnhandledError = onUnhandledError;
  });

  const property = (check: (play: Play, scenario: Scenario) => void): Promise<void> =>
    fc.assert(
      fc.asyncProperty(scenarios, async (scenario) => {
        const play = new Play(scenario);
        await play.run();
        check(play, scenario);
      }),
      { numRuns: runs },
    );

  it('all of it holds', async () => {
    await property((play, scenario) => {
      const { events } = play.stage;
      expectOneOrder(events, play, scenario);
      for (const [callId, ofCall] of byCall(events)) expectLegal(callId, ofCall, play, scenario);
      scenario.tools.forEach((plan, index) => {
        expectLimits(plan, events, `t${String(index)}`);
        if (plan.slots && plan.releaseOn === 'settle')
          expect(play.atWork[index]?.most).to.be.at.most(plan.slots.concurrency);
      });
      play.stage.expectNothingHeld();
    });
  });
});

function expectOneOrder(events: readonly ToolEvent[], play: Play, { capacity, tools }: Scenario): void {
  const first = tools.length + 1;
  expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => first + index));
  const last = first + events.length - 1;
  for (const seen of play.watched) {
    const [begin = last + 1] = seen;
    expect(seen).to.deep.equal(Array.from({ length: last - begin + 1 }, (_, index) => begin + index));
  }
  const retained = play.watched.at(-1) ?? [];
  expect(retained).to.have.length(Math.min(capacity, last));
  expect(play.stage.orchestrator.stats().events).to.deep.equal({
    published: last,
    retained: retained.length,
    dropped: capacity === 0 ? 0 : last - retained.length,
  });
}

function expectLegal(callId: string, events: readonly ToolEvent[], play: Play, { tools, reactions }: Scenario): void {
  const ends = events.filter(isTerminal);
  expect(ends, `ends of ${callId}`).to.have.length(1);
  const [end] = ends as [TerminalEvent];
  const plan = tools[Number(end.tool.slice(1))] as ToolPlan;

  const word = wordOf(events);
  if (plan.operator !== 'hedge') expect(word.replace(/[al]/g, ''), `events of ${callId}`).to.match(legalWord);
  expect(word, `events of ${callId}`).to.match(/T[al]*$/);
  expectLateness(events);

  expect(end.values).to.equal(events.filter(({ type }) => type === 'call.emitted').length);
  const times = events.map(({ at }) => at);
  expect(times).to.deep.equal([...times].sort((a, b) => a - b));
  expect(end.durationMs).to.be.at.most(plan.deadlineMs);
  if (end.type === 'call.timedOut' && isToolTimeout(end.error) && end.error.limit === 'deadlineMs') {
    expect(end.durationMs).to.equal(plan.deadlineMs);
  }
  const seen = play.seen.get(callId);
  if (seen === 'complete') expect(end.type).to.equal('call.succeeded');
  if (seen === 'error') expect(end.type).to.be.oneOf(['call.failed', 'call.timedOut', 'call.rejected']);
  // Who leaves in a handler of the end is told of it by the events alone.
  const left = seen === undefined && play.seen.has(callId) && !reactions.some(({ does }) => does === 'cancel');
  if (left) expect(end.type).to.be.oneOf(['call.cancelled', 'call.succeeded']);
}

/** Each attempt is abandoned at most once, after it has started, and settles once after that. */
function expectLateness(events: readonly ToolEvent[]): void {
  const attempts = new Map<number, string>();
  for (const event of events) {
    if (!('attempt' in event)) continue;
    if (/started|abandoned|settledLate/.test(event.type)) {
      attempts.set(event.attempt, `${attempts.get(event.attempt) ?? ''}${event.type.replace('call.', ' ')}`);
    }
  }
  for (const word of attempts.values()) expect(word).to.match(/^ started( abandoned settledLate)?$/);
}

/** Never more run at once, and never more start in any window, than the tool's limits say. */
function expectLimits({ slots, rateLimit, operator }: ToolPlan, events: readonly ToolEvent[], tool: string): void {
  const ofTool = events.filter((event) => 'tool' in event && event.tool === tool);
  if (slots) {
    for (const event of ofTool) {
      if (!('load' in event) || !event.load) continue;
      expect(event.load.running, `running at ${String(event.seq)}`).to.be.at.most(slots.concurrency);
      expect(event.load.queued, `queued at ${String(event.seq)}`).to.be.at.most(
        (slots.maxQueue ?? 0) + slots.concurrency,
      );
    }
    if (operator !== 'hedge') expectFirstComeFirstServed(ofTool);
  }
  if (!rateLimit) return;
  const starts = ofTool.filter(({ type }) => type === 'call.started').map(({ at }) => at);
  const { limit, perMs, algorithm } = rateLimit;
  const most = algorithm === 'tokenBucket' ? 2 * limit : limit;
  for (const from of starts) {
    const inWindow = starts.filter((at) => at >= from && at < from + perMs).length;
    expect(inWindow, `starts from ${String(from)} ms on`).to.be.at.most(most);
  }
}

function expectFirstComeFirstServed(events: readonly ToolEvent[]): void {
  const waiting: string[] = [];
  for (const event of events) {
    if (!('attempt' in event)) continue;
    const id = `${event.callId}/${String(event.attempt)}`;
    const position = waiting.indexOf(id);
    if (event.type === 'call.queued' && event.reason === 'concurrency') waiting.push(id);
    else if (position >= 0) {
      if (event.type === 'call.started' || event.type === 'call.queued') expect(position, id).to.equal(0);
      waiting.splice(position, 1);
    }
  }
}
