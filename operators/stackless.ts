/**
 * Makes an error without a stack. For an error that a timer makes: its stack would show the timer and this library, and
 * nobody's own code, but to write it down takes longer than all else that is done when a time limit passes.
 *
 * @param make - Makes the error, and does nothing else.
 */
export function stackless<E extends Error>(make: () => E): E {
  // Of V8 alone, so that the language's own types do not know it.
  const limited = Error as unknown as { stackTraceLimit: unknown };
  const { stackTraceLimit } = limited;
  // Where the intrinsics are frozen it cannot be set; an engine that has no such limit is not disturbed by it.
  if (!Reflect.set(limited, 'stackTraceLimit', 0)) return make();
  try {
    return make();
  } finally {
    limited.stackTraceLimit = stackTraceLimit;
  }
}
