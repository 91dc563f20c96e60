import { stableKey } from '../operators/stableKey.js';
import { sha256 } from './digest.js';
import type { Step } from './flow.js';
import { snapshot } from './json.js';

const known = new WeakMap<Step, string>();

/** What a step says, as a digest: two steps that do the same have the same, whatever the order of their keys. */
export function digestOf(step: Step): string {
  const before = known.get(step);
  if (before !== undefined) return before;
  const { name: _forPictures, ...meaning } = step;
  // As JSON, since that is how a flow is kept: what JSON cannot say is told apart by its marks alone.
  const digest = sha256(stableKey(snapshot(meaning, { maxLength: Infinity, maxDepth: Infinity }))).slice(0, 32);
  known.set(step, digest);
  return digest;
}
