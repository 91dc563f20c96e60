import { isObservable } from 'rxjs';
import type { ToolEvent } from '../event.js';
import { hasTag } from '../taggedError.js';
import type { ToolError } from '../error.js';
import { activeSession } from './active.js';
import { type CallLike, callsOf, describeCall, isLike } from './callsOf.js';
import { fieldsDifference, type Values } from './diagram.js';
import { heldBy } from './held.js';
import { textOf } from './legend.js';
import { showValue } from './showValue.js';

/** The fields of an error with this tag. */
type FieldsOf<Tag extends ToolError['_tag']> = Partial<Omit<Extract<ToolError, { readonly _tag: Tag }>, '_tag'>>;

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how @types/chai is extended
  namespace Chai {
    interface Assertion {
      /** Inside `marbles` or `virtualTime`: the stream does what the diagram says. Compared at the end of the test. */
      emitMarbles(marbles: string, values?: Values, error?: unknown): void;
      /** It is a ToolError with this tag, and with these fields; or the left of an Either with one. */
      toolError<Tag extends ToolError['_tag']>(tag: Tag, fields?: FieldsOf<Tag>): Assertion;
      /** Among these events are those of a call of the tool, or of one that is like this. */
      containCall(call: string | CallLike): Assertion;
      /** In front of `nothing`. */
      hold: Assertion;
      /** `expect(gate).to.hold.nothing`: no permit, no waiter, no timer. */
      nothing: Assertion;
    }
  }
}

/** What is used of chai, whatever its version. */
interface ChaiLike {
  readonly Assertion: {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in @types/chai: each method says what it takes
    addMethod(name: string, method: (this: AssertionLike, ...given: any[]) => void): void;
    addProperty(name: string, getter: (this: AssertionLike) => void): void;
  };
}
interface AssertionLike {
  assert(
    holds: unknown,
    message: string,
    negated: string,
    expected?: unknown,
    actual?: unknown,
    showDiff?: boolean,
  ): void;
}
interface UtilsLike {
  flag(assertion: object, name: string, value?: unknown): unknown;
}

/**
 * Assertions for chai.
 *
 * @example
 * ```ts
 * chai.use(toolstreamChai);
 * expect(error).to.be.toolError('ToolTimeout', { tool: 'search' });
 * ```
 */
export function toolstreamChai(chai: ChaiLike, utils: UtilsLike): void {
  const { Assertion } = chai;
  const objectOf = (assertion: object): unknown => utils.flag(assertion, 'object');

  Assertion.addMethod('emitMarbles', function (marbles: string, values?: Values, error?: unknown) {
    const stream: unknown = objectOf(this);
    const session = activeSession('emitMarbles');
    if (!isObservable(stream)) throw new TypeError(`emitMarbles: expected an Observable, got ${showValue(stream)}`);
    const expectation = session.expect('emitMarbles', stream);
    if (utils.flag(this, 'negate') === true) expectation.notToBe(marbles, values, error);
    else expectation.toBe(marbles, values, error);
  });

  Assertion.addMethod('toolError', function (tag: string, fields: object = {}) {
    const error = errorIn(objectOf(this));
    const tagged = hasTag(error, tag);
    const difference = tagged ? fieldsDifference(fields, error) : undefined;
    const wanted = `a ${tag}${Object.keys(fields).length > 0 ? ` with ${showValue(fields)}` : ''}`;
    const where = difference
      ? `; ${difference.path}: expected ${textOf(difference.expected)}, got ${textOf(difference.actual)}`
      : '';
    this.assert(
      tagged && !difference,
      `expected ${showValue(error)} to be ${wanted}${where}`,
      `expected ${showValue(error)} not to be ${wanted}`,
      { _tag: tag, ...fields },
      tagged ? shownFields(error as object, fields) : error,
    );
  });

  Assertion.addMethod('containCall', function (wanted: string | CallLike) {
    const calls = callsOf(eventsIn(objectOf(this)));
    const like = typeof wanted === 'string' ? { tool: wanted } : wanted;
    const list = calls.map((call) => `  ${describeCall(call)}`).join('\n');
    const got = calls.length === 0 ? 'but there are no calls' : `but these are the calls:\n${list}`;
    this.assert(
      calls.some((call) => isLike(call, like)),
      `expected the events to contain a call like ${showValue(like)}, ${got}`,
      `expected the events not to contain a call like ${showValue(like)}, ${got}`,
    );
  });

  Assertion.addProperty('hold', function () {
    utils.flag(this, 'toolstream.hold', true);
  });

  Assertion.addProperty('nothing', function () {
    if (utils.flag(this, 'toolstream.hold') !== true) {
      throw new TypeError('nothing: expected it after hold: expect(gate).to.hold.nothing');
    }
    const held = heldBy(objectOf(this) as object);
    this.assert(
      held.length === 0,
      `expected nothing to be held, got ${held.join(', ')}`,
      'expected something to be held, got nothing',
    );
  });
}

/** An error, or the one that is the left of an Either. */
function errorIn(value: unknown): unknown {
  const either = value as { readonly _tag?: unknown; readonly left?: unknown } | null | undefined;
  return either?._tag === 'Left' && 'left' in either ? either.left : value;
}

function shownFields(error: object, fields: object): unknown {
  const all = error as Values;
  return Object.fromEntries(['_tag', ...Object.keys(fields)].map((key) => [key, all[key]]));
}

function eventsIn(value: unknown): readonly ToolEvent[] {
  const isEvent = (event: unknown): boolean =>
    typeof (event as { readonly type?: unknown } | null | undefined)?.type === 'string';
  if (Array.isArray(value) && value.every(isEvent)) return value as readonly ToolEvent[];
  throw new TypeError(`containCall: expected an array of events, got ${showValue(value)}`);
}
