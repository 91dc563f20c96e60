import { filter, isObservable, type Observable } from 'rxjs';
import { createOrchestrator, type Orchestrator, type OrchestratorOptions } from '../orchestrator.js';
import type { Expected, TestContext } from './context.js';
import { readWritten, type Values } from './diagram.js';
import { eventReading, isChosen } from './eventDiagram.js';
import { makeFakeTool, streamsOf } from './fakeTool.js';
import { runReading } from './runDiagram.js';
import type { Session } from './Session.js';
import { showValue } from './showValue.js';
import { statusReading } from './statusDiagram.js';
import { type SubscriptionLog, SubscriptionExpectation } from './subscriptions.js';

/** What a test is given to work with, all of it in the session's time. */
export function contextOf(session: Session): TestContext {
  const { scheduler, random } = session;
  const create = (options: OrchestratorOptions = {}): Orchestrator => {
    const orchestrator = createOrchestrator({ scheduler, createId: () => session.nextId(), ...options });
    session.watch(orchestrator);
    return orchestrator as never;
  };
  const fakeTool = (
    like: Parameters<typeof makeFakeTool>[0],
    marbles: Parameters<typeof makeFakeTool>[1],
    values?: Values,
    error?: unknown,
  ): unknown =>
    makeFakeTool(like, marbles, values, (text, name) =>
      session.createCold(text, values, error, `the fake tool '${name}'`),
    );
  const expectRun = (
    ...given:
      | [Pick<Orchestrator, 'run'>, unknown, object?, string?]
      | [contexts: Observable<object>, input?: object, subscription?: string]
  ): Expected => {
    const [runs, flow] = given;
    if (isObservable(runs)) {
      const [, input = {}, subscription] = given as [Observable<object>, object?, string?];
      return session.expect('expectRun', runs, subscription, runReading(input));
    }
    const [, , input = {}, subscription] = given as [unknown, unknown, object?, string?];
    return session.expect('expectRun', runs.run(flow as never, input as never), subscription, runReading(input));
  };
  return {
    scheduler,
    random,
    now: () => session.now,
    at: (ms, action) => {
      scheduler.scheduleOwn(action, ms);
    },
    cold: (marbles, values, error) => session.createCold(marbles, values, error) as never,
    hot: (marbles, values, error) => session.createHot(marbles, values, error) as never,
    time: timeOf,
    fakeTool: fakeTool as TestContext['fakeTool'],
    createOrchestrator: create as typeof createOrchestrator,
    subscribe: (stream, subscription) => {
      session.subscribe(checkStream('subscribe', stream), subscription);
    },
    watch: (...gates) => {
      for (const gate of gates) session.watch(gate);
    },
    expectStream: (stream, subscription) =>
      session.expect('expectStream', checkStream('expectStream', stream), subscription),
    expectStatus: (orchestrator, tool) =>
      session.listenNow(`expectStatus '${tool}'`, orchestrator.status$(tool), statusReading),
    expectEvents: (orchestrator, choice = {}) =>
      session.listenNow('expectEvents', orchestrator.events$.pipe(filter(isChosen(choice))), eventReading),
    expectRun: expectRun as TestContext['expectRun'],
    expectSubscriptions: (source) => {
      const logs = (): readonly SubscriptionLog[] =>
        streamsOf(source)?.flatMap(({ subscriptions }) => subscriptions) ?? subscriptionsOf(source);
      logs();
      return session.add(new SubscriptionExpectation('expectSubscriptions', logs));
    },
  };
}

function checkStream(title: string, stream: unknown): Observable<unknown> {
  if (isObservable(stream)) return stream;
  throw new TypeError(`${title}: expected an Observable, got ${showValue(stream)}`);
}

function subscriptionsOf(source: unknown): readonly SubscriptionLog[] {
  const { subscriptions } = (source ?? {}) as { readonly subscriptions?: unknown };
  const logs = Array.isArray(source) ? (source as unknown) : subscriptions;
  if (Array.isArray(logs)) return logs as readonly SubscriptionLog[];
  throw new TypeError(
    `expectSubscriptions: expected what cold(…), hot(…) or fakeTool(…) of this test gave, got ${showValue(source)}`,
  );
}

/** RxJS's own `time` takes the `s` of `2s` for a character. */
function timeOf(marbles: string): number {
  const end = readWritten(marbles).find(({ notification }) => notification.kind === 'C');
  if (end) return end.frame;
  throw new TypeError(`time: expected a diagram with an end, '---|', got '${marbles}'`);
}
