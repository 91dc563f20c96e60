import { expect } from 'chai';
import { isLeft, isRight } from 'fp-ts/Either';
import { concat, NEVER, of, retry, throwError } from 'rxjs';
import { chain, isTerminal, ToolEvent, type ToolEventOf, type ToolEventType } from '../src/index.js';
import { anyErrors } from './support/errors.js';
import { Stage, toolOf } from './support/stage.js';

function throughJson(event: ToolEvent): ToolEvent {
  const decoded = ToolEvent.decode(JSON.parse(JSON.stringify(ToolEvent.encode(event))));
  if (isLeft(decoded))
    throw new Error(`expected an event, got ${JSON.stringify(decoded.left.map(({ context }) => context))}`);
  return decoded.right;
}

/** Real events, of every type there is. */
async function everyType(): Promise<readonly ToolEvent[]> {
  const stage: Stage = new Stage([
    toolOf((given) => given, {
      name: 'give',
      concurrency: 1,
      rateLimit: { limit: 3, perMs: 5 },
      operators: [retry(1)],
    }),
    toolOf(
      (_args, call) => {
        call.progress({ percent: 1 });
        return stage.later(9, 'late');
      },
      { timeoutMs: 4 },
    ),
    toolOf(() => of('plain'), { name: 'plain' }),
  ]);
  const { orchestrator } = stage;
  stage.call('succeeds', of(1, { deep: [null, true] }), { tool: 'give' });
  const queued = stage.call('cancelled', NEVER, { tool: 'give' });
  stage.call(
    'fails',
    concat(
      of('x'),
      throwError(() => new TypeError('broken')),
    ),
    { tool: 'give' },
  );
  stage.call('times out');
  stage.call('rejected', {}, { tool: 'none' });
  const step = { tool: 't', arguments: {} };
  orchestrator.run(chain('empty')).subscribe();
  orchestrator.run({ name: 'two', steps: [{ tool: 'plain', arguments: {} }] }).subscribe();
  orchestrator.run({ name: 'one', steps: [step] }, {}, { parentId: 'p' }).subscribe({ error: () => undefined });
  orchestrator
    .parallel({ a: { tool: 'give', arguments: of(1) }, b: step })
    .subscribe()
    .unsubscribe();
  stage.at(3, () => {
    queued.unsubscribe();
  });
  await stage.play();
  orchestrator.unregister('t');
  const all: ToolEvent[] = [];
  orchestrator.history$.subscribe((event) => all.push(event));
  return all;
}

const types: readonly ToolEventType[] = [
  'tool.registered',
  'tool.unregistered',
  'call.queued',
  'call.started',
  'call.progressed',
  'call.emitted',
  'call.attemptFailed',
  'call.succeeded',
  'call.failed',
  'call.timedOut',
  'call.rejected',
  'call.cancelled',
  'call.abandoned',
  'call.settledLate',
  'run.started',
  'run.advanced',
  'run.succeeded',
  'run.failed',
  'run.cancelled',
];

describe('an event', () => {
  let recorded: readonly ToolEvent[] = [];
  before(async () => {
    recorded = await everyType();
  });

  for (const type of types) {
    it(`${type} is the same after it was read from JSON, in every field`, () => {
      const ofType = recorded.filter((event) => event.type === type);
      expect(ofType).not.to.have.length(0);
      for (const event of ofType) {
        expect(JSON.stringify(throughJson(event))).to.equal(JSON.stringify(event));
        expect(ToolEvent.is(event)).to.equal(true);
      }
    });

    it(`${type} is refused where a field of its own is missing`, () => {
      const [event] = recorded.filter((one) => one.type === type);
      const json = ToolEvent.encode(event as ToolEvent) as Record<string, unknown>;
      const optional = [
        'load',
        'runId',
        'step',
        'parentId',
        'availableAt',
        'digests',
        'input',
        'inexact',
        ...(type === 'call.settledLate' ? ['error'] : []),
      ];
      const own = Object.keys(json).filter(
        (key) => !optional.includes(key) || (key === 'runId' && type.startsWith('run')),
      );
      for (const key of own) {
        const { [key]: _left, ...others } = json;
        expect(isLeft(ToolEvent.decode(others)), `without ${key}`).to.equal(true);
      }
    });
  }

  it('has an error that is an instance again, of whatever class, after it was read from JSON', () => {
    const event = recorded.find(({ type }) => type === 'call.failed') as ToolEventOf<'call.failed'>;
    for (const [error] of anyErrors) {
      const read = throughJson({ ...event, error }) as ToolEventOf<'call.failed'>;
      expect(read.error).to.be.instanceOf(error.constructor);
      expect(read.error.message).to.equal(error.message);
    }
  });

  for (const [what, json] of [
    ['of an unknown type', { v: 1, seq: 1, at: 0, type: 'call.exploded', tool: 't' }],
    ['of another version', { v: 2, seq: 1, at: 0, type: 'tool.unregistered', tool: 't' }],
    ['whose type is a name that every object has', { v: 1, seq: 1, at: 0, type: 'toString' }],
    ['without a type', { v: 1, seq: 1, at: 0 }],
    ['that is no object', 'call.started'],
    ['that is nothing', null],
  ] as const) {
    it(`is refused ${what}`, () => {
      expect(isLeft(ToolEvent.decode(json))).to.equal(true);
      expect(ToolEvent.is(json)).to.equal(false);
    });
  }

  it('is refused with a load that is none', () => {
    const event = recorded.find(({ type }) => type === 'call.started') as ToolEvent;
    const json = ToolEvent.encode(event) as object;
    expect(isLeft(ToolEvent.decode({ ...json, load: { running: 1 } }))).to.equal(true);
    expect(isRight(ToolEvent.decode({ ...json, load: { running: 1, queued: 0, accepting: true } }))).to.equal(true);
  });

  it('is plain data: all of it survives JSON without its codec, but for the classes of errors', () => {
    for (const event of recorded) {
      expect(JSON.parse(JSON.stringify(event))).to.deep.equal(JSON.parse(JSON.stringify(ToolEvent.encode(event))));
    }
  });

  it('is terminal where it ends a call, and only there', () => {
    const ends = types.filter((type) => isTerminal({ type } as ToolEvent));
    expect(ends).to.deep.equal(['call.succeeded', 'call.failed', 'call.timedOut', 'call.rejected', 'call.cancelled']);
  });
});
