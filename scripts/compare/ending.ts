/** How a call ended, for a cell of a table: `done`, or the name of the error. */
export function ending(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'done',
    (error: unknown) => `\`${nameOf(error)}\``,
  );
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Some throw plain errors that differ by a code alone, or whose class is known by its constructor only.
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? error.constructor.name : error.name;
}
