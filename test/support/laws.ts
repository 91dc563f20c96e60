import { expect } from 'chai';
import { isTerminal, isToolTimeout, type TerminalEvent, type ToolEvent } from '../../src/index.js';
import { type Play, wordOf } from './Play.js';
import type { Scenario, ToolPlan } from './scenario.js';

/** Attempts that fail, each queued at most twice and started at most once; values of an operator; the last attempt. */
const legalWord = /^(?:q{0,2}(?:s[pe]*)?f|e)*(?:q{0,2}(?:s[pe]*)?)T$/;

/** A call has one terminal event, which agrees with all that was said before and with what the caller was told. */
export function expectLegal(
  callId: string,
  events: readonly ToolEvent[],
  play: Play,
  { tools, reactions }: Scenario,
): void {
  const ends = events.filter(isTerminal);
  expect(ends, `ends of ${callId}`).to.have.length(1);
  const [end] = ends as [TerminalEvent];
  const plan = tools[Number(end.tool.slice(1))] as ToolPlan;

  const word = wordOf(events);
  expect(word, `events of ${callId}`).to.match(/T[al]*$/);
  if (plan.operator !== 'hedge') expect(word.replace(/[al]/g, ''), `events of ${callId}`).to.match(legalWord);

  expect(end.values).to.equal(events.filter(({ type }) => type === 'call.emitted').length);
  const times = events.map(({ at }) => at);
  expect(times).to.deep.equal([...times].sort((a, b) => a - b));
  expectInTime(events, end, plan);

  const seen = play.seen.get(callId);
  if (seen === 'complete') expect(end.type).to.equal('call.succeeded');
  if (seen === 'error') expect(end.type).to.be.oneOf(['call.failed', 'call.timedOut', 'call.rejected']);
  // Who leaves in a handler of the end is told of it by the events alone.
  const left = seen === undefined && play.seen.has(callId) && !reactions.some(({ does }) => does === 'cancel');
  if (left) expect(end.type).to.be.oneOf(['call.cancelled', 'call.succeeded']);
}

/** No attempt and no call takes longer than its limit, and one that times out takes exactly as long. */
function expectInTime(events: readonly ToolEvent[], end: TerminalEvent, plan: ToolPlan): void {
  expect(end.durationMs).to.be.at.most(plan.deadlineMs);
  const startedAt = new Map<number, number>();
  for (const event of events) {
    if (event.type === 'call.started') startedAt.set(event.attempt, event.at);
    if (event.type !== 'call.attemptFailed' && !isTerminal(event)) continue;
    const ranMs = (attempt: number): number => event.at - (startedAt.get(attempt) ?? event.at);
    if (event.type === 'call.attemptFailed') expect(ranMs(event.attempt)).to.be.at.most(plan.timeoutMs);
    if (!('error' in event) || !isToolTimeout(event.error)) continue;
    const { limit, attempt } = event.error;
    if (limit === 'timeoutMs') expect(ranMs(attempt)).to.equal(plan.timeoutMs);
    else expect(end.durationMs).to.equal(plan.deadlineMs);
  }
}

/** Each attempt is abandoned at most once, after it has started, and settles once after that. */
export function expectLateness(events: readonly ToolEvent[]): void {
  const attempts = new Map<number, string>();
  for (const event of events) {
    if (event.type !== 'call.started' && event.type !== 'call.abandoned' && event.type !== 'call.settledLate') continue;
    attempts.set(event.attempt, `${attempts.get(event.attempt) ?? ''}${event.type.replace('call.', ' ')}`);
  }
  for (const word of attempts.values()) expect(word).to.match(/^ started( abandoned settledLate)?$/);
}

/** Events are numbered without a gap, and so is what each subscriber to the history has seen. */
export function expectOneOrder(play: Play, { capacity, tools }: Scenario): void {
  const { events, orchestrator } = play.stage;
  const first = tools.length + 1;
  expect(events.map(({ seq }) => seq)).to.deep.equal(events.map((_, index) => first + index));
  const last = first + events.length - 1;
  for (const seen of play.watched) {
    const [begin = last + 1] = seen;
    expect(seen).to.deep.equal(Array.from({ length: last - begin + 1 }, (_, index) => begin + index));
  }
  const retained = play.watched.at(-1) ?? [];
  expect(retained).to.have.length(Math.min(capacity, last));
  expect(orchestrator.stats().events).to.deep.equal({
    published: last,
    retained: retained.length,
    dropped: capacity === 0 ? 0 : last - retained.length,
  });
}

/** Never more run at once, and never more start in any window, than the tool's limits say. */
export function expectLimits(
  { slots, rateLimit, operator }: ToolPlan,
  events: readonly ToolEvent[],
  tool: string,
): void {
  const ofTool = events.filter((event) => 'tool' in event && event.tool === tool);
  if (slots) {
    for (const event of ofTool) {
      if (!('load' in event) || !event.load) continue;
      expect(event.load.running, `running at ${String(event.seq)}`).to.be.at.most(slots.concurrency);
      const most = (slots.maxQueue ?? 0) + slots.concurrency;
      expect(event.load.queued, `queued at ${String(event.seq)}`).to.be.at.most(most);
    }
    if (operator !== 'hedge') expectFirstComeFirstServed(ofTool);
  }
  if (!rateLimit) return;
  const starts = ofTool.filter(({ type }) => type === 'call.started').map(({ at }) => at);
  const { limit, perMs, algorithm } = rateLimit;
  for (const from of starts) {
    const inWindow = starts.filter((at) => at >= from && at < from + perMs).length;
    expect(inWindow, `starts from ${String(from)} ms on`).to.be.at.most(
      algorithm === 'tokenBucket' ? 2 * limit : limit,
    );
  }
}

/** Whoever waits for a slot is let in before those who came later. */
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
