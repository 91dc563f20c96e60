import { durationText } from './frames.js';

/** One character of a diagram, and the frame that it stands at. */
export interface Sign {
  readonly frame: number;
  /** One character that is neither a space, `-`, `(`, `)`, `^`, `!` nor a digit. */
  readonly sign: string;
}

/** A row that is to be written. */
export interface Track {
  /** Frames are at least 0, and none is before the one in front of it. */
  readonly signs: readonly Sign[];
  /** True where something may still come after the last sign: time is then written to the end of the diagram. */
  readonly open?: boolean;
}

/** Rows of one scale. */
export interface Layout {
  /** Each can be read as marble text by itself: spaces, which stand for no time, are what keeps the columns together. */
  readonly rows: readonly string[];
  /** Where in the rows each frame begins at which anything happens. */
  readonly columns: ReadonlyMap<number, number>;
}

/** A silence of more frames than this is written as a time. */
const longestDashes = 15;

/**
 * Writes rows below each other, so that what stands in one column happened at one time.
 *
 * A group, `(ab)`, takes as many frames as it has characters. What comes before these have passed stands later than it
 * came: whoever needs to know reads the row and compares.
 */
export function layOut(tracks: readonly Track[]): Layout {
  const rows = tracks.map((track) => new Row(track));
  const frames = [...new Set(tracks.flatMap(({ signs }) => signs.map(({ frame }) => frame)))].sort((a, b) => a - b);
  const columns = new Map<number, number>();
  const level = (): void => {
    const width = Math.max(0, ...rows.map((row) => row.width));
    for (const row of rows) row.pad(width);
  };
  const passTo = (frame: number): void => {
    for (const row of rows) row.passTo(frame);
  };
  passTo(frames[0] ?? 0);
  frames.forEach((frame, at) => {
    level();
    columns.set(frame, rows[0]?.width ?? 0);
    for (const row of rows) row.write(frame);
    const next = frames[at + 1] ?? Infinity;
    // Beside the widest of what has been written there is room for the time that this takes.
    passTo(Math.max(frame, ...rows.map(({ cursor }) => cursor).filter((cursor) => cursor <= next)));
    level();
    if (next < Infinity) passTo(next);
  });
  return { rows: rows.map(({ text }) => trimmed(text)), columns };
}

/** Without the spaces at its end, but for the one that a time ends with. */
function trimmed(text: string): string {
  const end = text.trimEnd();
  return /(^| )\d\S*$/.test(end) ? `${end} ` : end;
}

class Row {
  text = '';
  /** How many characters it has. */
  width = 0;
  /** The frame for which the next character would stand. */
  cursor = 0;
  readonly open: boolean;
  private readonly signs: readonly Sign[];
  private at = 0;

  constructor({ signs, open = false }: Track) {
    this.signs = signs;
    this.open = open;
  }

  /** Lets time pass up to a frame, where that has not been reached. After the end of a row nothing is written. */
  passTo(frame: number): void {
    const ms = frame - this.cursor;
    if (ms <= 0 || (!this.open && this.at >= this.signs.length)) return;
    if (Number.isInteger(ms) && ms <= longestDashes) {
      this.add('-'.repeat(ms));
      this.cursor = frame;
      return;
    }
    const written = Number.isInteger(ms) ? ms : Number(ms.toFixed(decimals));
    if (written === 0) return;
    const space = this.text === '' || this.text.endsWith(' ') ? '' : ' ';
    this.add(`${space}${Number.isInteger(written) ? durationText(written) : `${written}ms`} `);
    // As whoever reads the text will reckon.
    this.cursor += written;
  }

  /** Writes what comes at a frame; nothing stands for nothing, where the row has not got ahead of it. */
  write(frame: number): void {
    const from = this.at;
    while (this.signs[this.at]?.frame === frame) this.at++;
    const signs = this.signs.slice(from, this.at).map(({ sign }) => sign);
    if (signs.length > 1) this.add(`(${signs.join('')})`);
    else this.add(signs.join(''));
    if (signs.length > 0) this.cursor += signs.length > 1 ? signs.length + 2 : 1;
  }

  pad(width: number): void {
    this.text += ' '.repeat(width - this.width);
    this.width = width;
  }

  private add(text: string): void {
    this.text += text;
    this.width += text.length;
  }
}

/** More than clocks give; a number with fewer than seven is not printed with an exponent. */
const decimals = 6;
