import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { isRight } from 'fp-ts/Either';
import type { Observable, Subscription } from 'rxjs';
import { ToolEvent } from 'toolstream';

/**
 * The events in a file of JSON lines. A process that is killed may leave half a line behind: that is cut off, so that
 * the next line has a beginning.
 */
export function readJournal(file: string): readonly ToolEvent[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      const event = ToolEvent.decode(JSON.parse(line));
      if (isRight(event)) return event.right;
      throw new Error(`${file}:${index + 1}: expected an event, got ${line.slice(0, 80)}`);
    });
}

/**
 * Appends each event to the file before anything else happens: what the file says was done is all that is not done
 * again. The operating system has it from then on, whatever becomes of this process. Against a power failure it would
 * take an `fsync`, too.
 */
export function keepJournal(events: Observable<ToolEvent>, file: string): Subscription {
  // eslint-disable-next-line rxjs-x/no-ignored-error -- an orchestrator's events never error
  return events.subscribe((event) => {
    appendFileSync(file, `${JSON.stringify(ToolEvent.encode(event))}\n`);
  });
}
