import { closest } from './closest.js';

/**
 * Refuses a key that is not known: one that is misspelt would be ignored in silence, in code that no compiler checks.
 *
 * @param of - What they are keys of, for the message.
 * @throws TypeError for the first key of `given` that is not in `known`.
 */
export function knownKeys(of: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    const [meant] = closest(key, known);
    throw new TypeError(`${key}: expected ${of}, got '${key}'${meant ? `; did you mean '${meant}'?` : ''}`);
  }
}
