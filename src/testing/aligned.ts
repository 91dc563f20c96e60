import { durationText } from './frames.js';

/** A sign of a lane: one character. */
export interface Sign {
  readonly frame: number;
  readonly sign: string;
}

/** One row: what happened when. */
export interface Lane {
  readonly signs: readonly Sign[];
  /** Whether something may still come after its last sign: it is drawn on up to the end of the others. */
  readonly open: boolean;
}

/** Rows on one scale: what stands in one column happened at one time. */
export interface Aligned {
  readonly rows: readonly string[];
  /** The column of the sign that comes as the `index`-th of its frame. */
  readonly column: (frame: number, index: number) => number;
  /** The columns at which the frames begin. */
  readonly starts: readonly number[];
}

/** A silence longer than this is written as a time. */
const longestDashes = 15;

/**
 * Draws lanes below each other on one scale, one column for each ms where that is possible: a group, `(ab)`, takes
 * more columns than the time that it stands for, so that lanes with nothing to say meanwhile are filled with spaces.
 * Each row for which that is possible can be read as a diagram again.
 */
export function align(lanes: readonly Lane[]): Aligned {
  const frames = [...new Set(lanes.flatMap(({ signs }) => signs.map(({ frame }) => frame)))].sort((a, b) => a - b);
  const tracks = lanes.map(trackOf);
  const columns = new Map<number, number>();
  let column = silence(tracks, frames[0] ?? 0, 0);
  frames.forEach((frame, at) => {
    columns.set(frame, column);
    const next = frames[at + 1];
    column += cell(tracks, frame, next === undefined ? undefined : next - frame);
    if (next === undefined) return;
    const width = widthAt(tracks, frame);
    if (next - frame > width) column += silence(tracks, next - frame - width, frame + width);
  });
  return {
    rows: tracks.map(({ row }) => row.trimEnd()),
    column: (frame, index) => {
      const grouped = tracks.some((track) => (track.at.get(frame)?.length ?? 0) > 1);
      return (columns.get(frame) ?? column) + (grouped ? index + 1 : index);
    },
    starts: [...columns.values()],
  };
}

interface Track {
  row: string;
  /** The time that the row stands for so far, as whoever reads it counts: a group may be ahead of the others. */
  readAt: number;
  /** The signs of each frame. */
  readonly at: ReadonlyMap<number, string>;
  /** After this nothing comes any more. */
  readonly endsAt: number;
}

function trackOf({ signs, open }: Lane): Track {
  const at = new Map<number, string>();
  for (const { frame, sign } of signs) at.set(frame, (at.get(frame) ?? '') + sign);
  return { row: '', readAt: 0, at, endsAt: open ? Infinity : (signs.at(-1)?.frame ?? -Infinity) };
}

/** How a track writes what it has at a frame. */
function textAt({ at }: Track, frame: number): string {
  const signs = at.get(frame) ?? '';
  return [...signs].length > 1 ? `(${signs})` : signs;
}

function widthAt(tracks: readonly Track[], frame: number): number {
  return Math.max(...tracks.map((track) => [...textAt(track, frame)].length));
}

/** Writes a frame, as wide as its widest text. Returns how many columns that took. */
function cell(tracks: readonly Track[], frame: number, untilNext: number | undefined): number {
  const width = widthAt(tracks, frame);
  // The time that passes meanwhile: a frame that follows before the group is written out finds the rest taken.
  const timed = untilNext === undefined ? 1 : Math.min(width, Math.floor(untilNext));
  for (const track of tracks) {
    const text = textAt(track, frame);
    const length = [...text].length;
    track.row += text;
    if (length > 0) track.readAt = frame + length;
    fill(track, length > 0 ? frame + length : frame, frame + timed, width - length);
  }
  return width;
}

/**
 * Writes a time in which nothing happens. Returns how many columns that took.
 *
 * @param from - When it begins; 0 at the beginning of the diagram, where a time needs no space in front.
 */
function silence(tracks: readonly Track[], ms: number, from: number): number {
  if (Number.isInteger(ms) && ms <= longestDashes) {
    for (const track of tracks) fill(track, from, from + ms, ms);
    return ms;
  }
  const texts = tracks.map((track) => {
    const left = from + ms - track.readAt;
    return from >= track.endsAt || left <= 0 ? '' : `${from === 0 ? '' : ' '}${durationText(left)} `;
  });
  const width = Math.max(...texts.map((text) => text.length));
  tracks.forEach((track, index) => {
    track.row += (texts[index] ?? '').padEnd(width);
    track.readAt = Math.max(track.readAt, from + ms);
  });
  return width;
}

/** Lets a track come to a time within some columns: by dashes, and by spaces, which stand for no time. */
function fill(track: Track, from: number, until: number, columns: number): void {
  const dashes = until > track.endsAt + 1 ? 0 : Math.min(columns, Math.max(0, until - track.readAt));
  const [time, room] = ['-'.repeat(dashes), ' '.repeat(columns - dashes)];
  // A group that is ahead of the others waits for them first.
  track.row += columns > dashes && track.readAt > from ? room + time : time + room;
  track.readAt = Math.max(track.readAt, until);
}
