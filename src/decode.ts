import { type Either, left, mapLeft } from 'fp-ts/Either';
import type * as t from 'io-ts';
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
