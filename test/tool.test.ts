import { expect } from 'chai';
import * as t from 'io-ts';
import { of, retry } from 'rxjs';
import { RateLimiter, Semaphore } from '../operators/index.js';
import { type AnyTool, defineTool } from '../src/index.js';

const settings = { name: 'search', description: 'Searches.', input: t.unknown, run: () => of(1) };

/** As a caller whom no compiler checks. */
function define(changes: Readonly<Record<string, unknown>>): AnyTool {
  return defineTool({ ...settings, ...changes } as never);
}

describe('defineTool', () => {
  it('gives the settings as they are, frozen', () => {
    const operators = [retry<unknown>(1)];
    const tool = defineTool({ ...settings, timeoutMs: 5, operators });
    expect(tool).to.deep.equal({ ...settings, timeoutMs: 5, operators });
    expect(tool).to.be.frozen;
  });

  it('does not follow later changes of what it was given', () => {
    const changing = { ...settings };
    const tool = defineTool(changing);
    changing.name = 'another';
    expect(tool.name).to.equal('search');
  });

  it('calls neither run nor the codecs', () => {
    const input = new t.Type<unknown>(
      'never',
      (_): _ is unknown => true,
      () => expect.fail('decoded'),
      t.identity,
    );
    define({ input, output: input, run: () => expect.fail('run') });
  });

  for (const [setting, value] of [
    ['timeoutMs', Infinity],
    ['timeoutMs', 0.5],
    ['deadlineMs', Infinity],
    ['concurrency', Infinity],
    ['concurrency', new Semaphore({ concurrency: 1 })],
    ['releaseOn', 'settle'],
    ['operators', []],
    ['output', undefined],
    ['rateLimit', { limit: 1, perMs: 10, key: () => 'k', cost: () => 1 }],
    ['rateLimit', { limit: 5, perMs: 10, cost: 5 }],
    ['rateLimit', new RateLimiter({ limit: 1, perMs: 10 })],
    ['rateLimit', { limiter: new RateLimiter({ limit: 1, perMs: 10 }), key: () => 'k' }],
  ] as const) {
    it(`takes ${setting}: ${shown(value)}`, () => {
      expect(define({ [setting]: value })).to.have.property(setting, value);
    });
  }

  for (const [setting, value, type, message] of [
    ['name', '', TypeError, 'name: expected a text that is not empty, got ""'],
    ['name', ' ', TypeError, 'name: expected a text that is not empty, got " "'],
    ['name', undefined, TypeError, 'name: expected a text that is not empty, got nothing'],
    ['name', 7, TypeError, 'name: expected a text that is not empty, got 7'],
    ['description', '', TypeError, 'description: expected a text that is not empty, got ""'],
    ['input', undefined, TypeError, 'input: expected an io-ts codec, got nothing'],
    ['input', {}, TypeError, 'input: expected an io-ts codec, got object'],
    ['output', 'string', TypeError, 'output: expected an io-ts codec, got string'],
    ['run', undefined, TypeError, 'run: expected a function, got undefined'],
    ['timeoutMs', 0, RangeError, 'timeoutMs: expected milliseconds above 0, got 0'],
    ['timeoutMs', NaN, RangeError, 'timeoutMs: expected milliseconds above 0, got NaN'],
    ['timeoutMs', '5', TypeError, 'timeoutMs: expected milliseconds above 0, got "5"'],
    ['deadlineMs', -1, RangeError, 'deadlineMs: expected milliseconds above 0, got -1'],
    ['concurrency', 0, RangeError, 'concurrency: expected a whole number of at least 1 or Infinity, got 0'],
    ['concurrency', 1.5, RangeError, 'concurrency: expected a whole number of at least 1 or Infinity, got 1.5'],
    ['concurrency', {}, TypeError, 'concurrency: expected a whole number of at least 1 or Infinity, got an object'],
    ['releaseOn', 'late', TypeError, "releaseOn: expected 'teardown' or 'settle', got \"late\""],
    ['operators', [retry(1), 'retry'], TypeError, 'operators: expected a function, got "retry"'],
    ['operators', retry(1), TypeError, 'operators: expected an array of operators, got a function'],
    ['rateLimit', 10, TypeError, 'rateLimit: expected an object, got 10'],
    ['rateLimit', { limit: 0, perMs: 10 }, RangeError, 'limit: expected a whole number of at least 1, got 0'],
    ['rateLimit', { limit: 1 }, TypeError, 'perMs: expected a finite number above 0, got undefined'],
    ['rateLimit', { limit: 1, perMs: 10, key: 'user' }, TypeError, 'rateLimit.key: expected a function, got "user"'],
    ['rateLimit', { limit: 1, perMs: 10, cost: 2 }, RangeError, 'cost: expected at most 1, got 2'],
    [
      'rateLimit',
      { limit: 1, perMs: 10, cost: '1' },
      TypeError,
      'cost: expected a whole number of at least 1, got "1"',
    ],
    ['rateLimit', { limiter: {} }, TypeError, 'rateLimit.limiter: expected a RateLimiter, got an object'],
    ['rateLimit', { limiter: undefined }, TypeError, 'rateLimit.limiter: expected a RateLimiter, got undefined'],
    ['timeout', 5, TypeError, "timeout: expected a setting of a tool, got 'timeout'; did you mean 'timeoutMs'?"],
    [
      'concurency',
      5,
      TypeError,
      "concurency: expected a setting of a tool, got 'concurency'; did you mean 'concurrency'?",
    ],
    ['xyz', 5, TypeError, "xyz: expected a setting of a tool, got 'xyz'"],
  ] as const) {
    it(`refuses ${setting}: ${shown(value)}, and says what it expects`, () => {
      expect(() => define({ [setting]: value })).to.throw(type, new RegExp(`^${escaped(message)}$`));
    });
  }

  it('refuses what is no object, and says what it expects', () => {
    expect(() => defineTool(null as never)).to.throw(TypeError, 'tool: expected an object, got null');
    expect(() => defineTool('search' as never)).to.throw(TypeError, 'tool: expected an object, got "search"');
  });
});

function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'function' ? 'function' : inner)) ?? 'undefined'
  );
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
