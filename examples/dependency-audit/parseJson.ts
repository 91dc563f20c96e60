const SHOWN = 100;

/** Parses JSON, or throws an error that begins with the file's name. */
export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${name}: is not JSON (${reasonOf(error)})`, { cause: error });
  }
}

// The engine quotes the source, which can hold line breaks and be long.
function reasonOf(error: unknown): string {
  const reason = String(error instanceof Error ? error.message : error).replace(/\s+/g, ' ');
  return reason.length > SHOWN ? `${reason.slice(0, SHOWN)}…` : reason;
}
