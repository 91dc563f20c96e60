import { expect } from 'chai';
import { right } from 'fp-ts/Either';
import * as t from 'io-ts';
import { of } from 'rxjs';
import {
  ChainFailed,
  chain,
  InvalidArguments,
  InvalidResult,
  ParallelFailed,
  type Shown,
  type ToolError,
  ToolEvent,
  ToolFailed,
  UnresolvedReference,
} from '../src/index.js';
import { createRedaction } from '../src/redaction.js';
import { Stage, toolOf } from './support/stage.js';

const ids = { tool: 't', callId: 'a' };
const secret = { path: 'token', expected: 'number', received: '"secret"' };
const hide = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null).replaceAll('secret', '***'));

/** All that events say, as JSON. */
function toldBy(stage: Stage): string {
  return stage.events.map((event) => JSON.stringify(ToolEvent.encode(event))).join('\n');
}

describe('what events show', () => {
  it('is what redact leaves of arguments, values and progress, and redact is told which it is', () => {
    const asked: (readonly [unknown, Shown])[] = [];
    const stage = new Stage(
      [
        toolOf((_args, call) => {
          call.progress('half');
          return of('result');
        }),
      ],
      {
        redact: (value, what) => {
          asked.push([value, what]);
          return `${what.part} of ${what.tool}`;
        },
      },
    );
    stage.call('a', 'argument');
    expect(asked).to.deep.equal([
      ['argument', { tool: 't', part: 'arguments' }],
      ['half', { tool: 't', part: 'progress' }],
      ['result', { tool: 't', part: 'value' }],
      ['result', { tool: 't', part: 'value' }],
    ]);
    expect(stage.event('call.started').args).to.equal('arguments of t');
    expect(stage.event('call.progressed').progress).to.equal('progress of t');
    expect(stage.event('call.emitted').value).to.equal('value of t');
    expect(stage.event('call.succeeded')).to.include({ args: 'arguments of t', result: 'value of t' });
  });

  it('does not change what the tool is called with and what the caller is given', () => {
    const calledWith: unknown[] = [];
    const stage = new Stage(
      [
        toolOf((args) => {
          calledWith.push(args);
          return of('value');
        }),
      ],
      { redact: () => undefined },
    );
    const given: unknown[] = [];
    stage.call('a', 'argument', { next: (value) => given.push(value) });
    expect([calledWith, given]).to.deep.equal([['argument'], ['value']]);
    expect(stage.event('call.succeeded')).to.include({ args: null, result: null });
  });

  it('is nothing of a value on which redact throws, and the call goes on', () => {
    const stage = new Stage([toolOf(() => of('value'))], {
      redact: () => {
        throw new Error('secret');
      },
    });
    stage.call('a', 'argument');
    expect(stage.event('call.succeeded').args).to.deep.equal({ $cut: 'redact threw' });
    expect(toldBy(stage)).not.to.match(/argument|secret|"value":"value"/);
  });

  it('is at most maxValueLength characters of each value, and says where it is cut', () => {
    const stage = new Stage([toolOf((text) => of(text))], { maxValueLength: 5 });
    stage.call('a', 'abcdefgh');
    const cut = { $cut: 'string', length: 8, start: 'abcde' };
    expect(stage.event('call.started').args).to.deep.equal(cut);
    expect(stage.event('call.emitted').value).to.deep.equal(cut);
    expect(stage.event('call.succeeded').result).to.deep.equal(cut);
  });

  it('is cut after redact has seen the whole value', () => {
    const stage = new Stage([toolOf(() => of(1))], {
      maxValueLength: 5,
      redact: (value) => (typeof value === 'string' ? value.replace('secret', '') : value),
    });
    stage.call('a', '123secret');
    expect(stage.event('call.started').args).to.equal('123');
  });

  it('is all of a value where maxValueLength is Infinity', () => {
    const stage = new Stage([toolOf(() => of(1))], { maxValueLength: Infinity });
    stage.call('a', 'x'.repeat(50_000));
    expect(stage.event('call.started').args).to.have.length(50_000);
  });

  it('is redacted where arguments or a result are invalid, while the caller is told all', () => {
    const stage = new Stage(
      [
        toolOf(() => of('secret'), { name: 'in', input: t.type({ token: t.number }) }),
        toolOf(() => of('secret'), { name: 'out', output: t.number }),
      ],
      { redact: hide },
    );
    const told: string[] = [];
    const error = ({ message }: ToolError) => told.push(message);
    stage.call('a', { token: 'secret' }, { tool: 'in', error });
    stage.call('b', {}, { tool: 'out', error });
    expect(told).to.deep.equal([
      'invalid arguments for \'in\': token: expected number, got "secret"',
      '\'out\' gave an invalid result: expected number, got "secret"',
    ]);
    expect(toldBy(stage)).not.to.include('secret');
    expect(toldBy(stage)).to.include('***');
  });

  it('is redacted in the error of a chain: what it has so far, and its cause', () => {
    const stage = new Stage([toolOf((args) => of(args), { input: t.type({ token: t.string }) })], { redact: hide });
    const flow = chain<{ token: string }>('leaky')
      .step(
        'first',
        toolOf((args) => of(args)),
        ($) => ({ token: $.token }),
      )
      .step(
        'second',
        toolOf((args) => of(args)),
        ($) => ({ token: { inner: $.token } }),
      );
    let context: unknown;
    stage.orchestrator
      .run(flow, { token: 'secret' })
      .subscribe({ error: (error: ChainFailed) => (context = error.context) });
    expect(context).to.deep.equal({ token: 'secret', first: { token: 'secret' } });
    expect(stage.event('run.failed').error)
      .to.have.property('context')
      .that.deep.equals({ token: '***', first: { token: '***' } });
    expect(toldBy(stage)).not.to.include('secret');
  });
});

describe('createRedaction', () => {
  const redacted = (error: ToolError) => createRedaction(hide, 1_000).showError(error);
  const invalid = new InvalidArguments({ ...ids, faults: [secret] });

  for (const [what, error] of [
    ['InvalidArguments', invalid],
    ['InvalidResult', new InvalidResult({ ...ids, attempt: 1, faults: [secret] })],
    ['ToolFailed around another error', new ToolFailed({ ...ids, attempt: 1, cause: invalid })],
    [
      'UnresolvedReference',
      new UnresolvedReference({ ...ids, step: 's', reference: '$a.b', nearest: '$a', found: '"secret"' }),
    ],
    [
      'ChainFailed',
      new ChainFailed({ ...ids, runId: 'r', flow: 'f', step: 's', cause: invalid, context: { a: 'secret' } }),
    ],
    [
      'ParallelFailed',
      new ParallelFailed({ ...ids, runId: 'r', member: 'm', cause: invalid, results: { a: right('secret') } }),
    ],
  ] as const) {
    it(`leaves nothing of a secret in ${what}: neither in its fields nor in its message`, () => {
      const shown = redacted(error);
      expect(shown).to.be.instanceOf(error.constructor);
      expect(JSON.stringify(shown)).to.include('***').and.not.include('secret');
      expect(JSON.stringify(error)).to.include('secret');
    });
  }

  it('gives the same error where there is nothing to redact, and where there is no redact', () => {
    const failed = new ToolFailed({ ...ids, attempt: 1, cause: new Error('broken') });
    expect(redacted(failed)).to.equal(failed);
    expect(createRedaction(undefined, 1_000).showError(invalid)).to.equal(invalid);
  });
});
