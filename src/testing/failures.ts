import { AssertionError } from './AssertionError.js';
import type { Mismatch } from './mismatch.js';

/** A mismatch, and where the test said what it expects. */
export interface Failure extends Mismatch {
  readonly from: Error;
}

/** Throws one error for all that went otherwise than expected; nothing where nothing did. */
export function throwMismatches(failures: readonly Failure[]): void {
  const [first] = failures;
  if (!first) return;
  const joined = (part: (failure: Failure) => string): string => failures.map(part).join('\n\n');
  throw new AssertionError(
    joined(({ message }) => message),
    joined(({ expected }) => expected),
    joined(({ actual }) => actual),
    first.from,
  );
}

/** Throws an error whose stack leads to where the test made the mistake. */
export function throwFrom(from: Error, message: string): never {
  const error = new Error(message);
  const frames = from.stack?.split('\n').filter((line) => /^\s*at /.test(line)) ?? [];
  if (frames.length > 0) error.stack = [`Error: ${message}`, ...frames].join('\n');
  throw error;
}
