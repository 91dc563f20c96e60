import { type Either, left, mapLeft, right } from 'fp-ts/Either';
import type * as t from 'io-ts';
import { accepted } from './codecChecks.js';
import { checkOf } from './compileCodec.js';
import { type Fault, faultsOf } from './fault.js';

/**
 * What the codec makes of the value, or what is wrong with it. A codec that throws (io-ts does on recursive data some
 * 2,000 levels deep) has refused the value too.
 */
export function decode<A>(codec: t.Decoder<unknown, A>, value: unknown): Either<readonly Fault[], A> {
  try {
    return mapLeft(faultsOf)(codec.decode(value));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return left([{ path: '', expected: codec.name, received: `a value on which the codec threw: ${reason}` }]);
  }
}

/** `decode` for one codec, made ready: what is as it should be is recognised without io-ts. */
export function decoderOf<A>(codec: t.Decoder<unknown, A>): (value: unknown) => Either<readonly Fault[], A> {
  const accepts = guardOf(codec);
  return (value) => (accepts(value) ? right(value as A) : decode(codec, value));
}

type Guard = (value: unknown) => boolean;

const guards = new WeakMap<object, Guard>();

/**
 * True for values that the codec would give as they are, as far as that can be told without it. There is one for each
 * codec, however many tools have it.
 */
export function guardOf(codec: t.Decoder<unknown, unknown>): Guard {
  let guard = guards.get(codec);
  if (!guard) {
    const check = checkOf(codec);
    guard = (value) => check(value) === accepted;
    guards.set(codec, guard);
  }
  return guard;
}
