import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Either, left, right } from 'fp-ts/Either';
import type { Observable } from 'rxjs';
import { ToolEvent } from 'toolstream';
import { explainFault } from './fileFault.js';
import { reasonOf } from './reason.js';

/** A file that events are being written to. */
export interface Recording {
  /** Resolves when all events are in the file. Rejects if any could not be written. */
  stop(): Promise<void>;
}

/**
 * Writes each event to `file` as a line of JSON, which `ToolEvent.decode` reads back. Gives the reason if the file
 * cannot be opened.
 */
export async function startRecording(events: Observable<ToolEvent>, file: string): Promise<Either<string, Recording>> {
  const stream = createWriteStream(file);
  const explain = (error: unknown) => {
    throw explainFault(error, file, file);
  };
  try {
    await once(stream, 'open').catch(explain);
  } catch (error) {
    return left(reasonOf(error));
  }
  const written = finished(stream).catch(explain);
  // Told by `stop`. Until somebody has called it, the rejection must not end the process.
  written.catch(() => undefined);
  const writing = events.subscribe({
    next: (event) => stream.write(`${JSON.stringify(ToolEvent.encode(event))}\n`),
    error: (error: unknown) => stream.destroy(new Error(reasonOf(error), { cause: error })),
  });
  return right({
    stop() {
      writing.unsubscribe();
      stream.end();
      return written;
    },
  });
}
