import { object, positive } from '../../operators/gates/argument.js';
import { knownKeys } from '../knownKeys.js';
import { durationText } from './frames.js';
import { Mark } from './mark.js';
import type { Sign } from './marbleLayout.js';
import { showValue } from './showValue.js';
import { type Cluster, clustersOf } from './svgClusters.js';
import { escapeXml, fitted, px, widthOf } from './svgText.js';

/** A lane of a picture: one of `toMarbles(…).lanes`, or a diagram by `readLane`. */
export interface PicturedLane {
  readonly name: string;
  readonly signs: readonly Sign[];
  /** What the letters stand for, for the legend. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Where something was going on. Default: from the beginning to the first `|` or `#`, or to the end. */
  readonly spans?: readonly PicturedSpan[];
}

/** A stretch of a lane; with `to` undefined it goes on after the end. */
export interface PicturedSpan {
  readonly from: number;
  readonly to: number | undefined;
  readonly state: 'waiting' | 'running' | 'unheard';
}

/** How a picture is drawn. */
export interface ToSvgOptions {
  /** What it shows, for its `<title>`. Default: `Marble diagram`. */
  readonly title?: string;
  /** Its `<desc>`, for whoever cannot see it. Default: how many lanes and marks there are, and of what time. */
  readonly description?: string;
  /** In px, at least 240. Default: as wide as 24 px for each ms make it, at most 960. */
  readonly width?: number;
  /** False: without the legend. Default: true. */
  readonly legend?: boolean;
}

const font = 12;
const margin = 12;
const widest = 960;
const pxPerMs = 24;
/** Room for `1666666667m`. */
const pxPerTick = 84;
const longestName = 200;
const legendLines = 24;

/**
 * Draws lanes as a picture: an SVG that stands alone, light or dark as the reader has it. What would lie on top of each
 * other becomes one mark with a count, so that 100 lanes with 10,000 events can still be read.
 *
 * @throws TypeError, RangeError for an option that is unknown or out of its range.
 *
 * @example
 * ```ts
 * writeFileSync('incident.svg', toSvg(toMarbles(events).lanes, { title: 'What happened at noon' }));
 * ```
 */
export function toSvg(lanes: readonly PicturedLane[], options: ToSvgOptions = {}): string {
  knownKeys('an option of toSvg', object('options', options), ['title', 'description', 'width', 'legend']);
  const picture = new Picture(lanes, options);
  return picture.drawn();
}

class Picture {
  private readonly endMs: number;
  private readonly left: number;
  private readonly width: number;
  private readonly laneHeight: number;
  private readonly parts: string[] = [];
  private y = margin + font + 10;

  constructor(
    private readonly lanes: readonly PicturedLane[],
    private readonly options: ToSvgOptions,
  ) {
    let endMs = 0;
    for (const { signs, spans = [] } of lanes) {
      for (const { frame } of signs) endMs = Math.max(endMs, frame);
      for (const { to = 0 } of spans) endMs = Math.max(endMs, to);
    }
    this.endMs = endMs;
    const names = Math.max(widthOf('ms', font), ...lanes.map(({ name }) => widthOf(name, font)));
    this.left = margin + Math.min(names, longestName) + 16;
    this.width =
      widthAsked(options.width) ?? Math.min(widest, Math.max(240, this.left + (endMs + 2) * pxPerMs + margin));
    this.laneHeight = lanes.length > 40 ? 22 : 30;
  }

  drawn(): string {
    this.drawAxis();
    for (const lane of this.lanes) this.drawLane(lane);
    if (this.options.legend !== false) this.drawLegend();
    const { title = 'Marble diagram', description = this.description } = this.options;
    const size = `${px(this.width)} ${px(this.y + margin)}`;
    const [width = '', height = ''] = size.split(' ');
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${width}" height="${height}" role="img" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="${font}">`,
      `<title>${escapeXml(title)}</title>`,
      `<desc>${escapeXml(description)}</desc>`,
      style,
      `<rect class="paper" width="100%" height="100%"/>`,
      ...this.parts,
      '</svg>\n',
    ].join('\n');
  }

  private get description(): string {
    const marks = this.lanes.reduce((sum, { signs }) => sum + signs.length, 0);
    return `${this.lanes.length} lanes with ${marks} marks, from 0 to ${shownMs(this.endMs)} ms: ${this.lanes
      .slice(0, 20)
      .map(({ name }) => name)
      .join(', ')}`;
  }

  private get right(): number {
    return this.width - margin - pxPerMs / 2;
  }

  private x(ms: number): number {
    const from = this.left + 10;
    return this.endMs === 0 ? from : from + (ms / Math.max(this.endMs, 1)) * (this.right - from - 10);
  }

  private drawAxis(): void {
    const y = margin + font - 2;
    const bottom = this.y + this.lanes.length * this.laneHeight;
    const ticks: string[] = [];
    const step = this.tickStep;
    for (let ms = 0; ms <= this.endMs; ms += step) {
      const label = step >= 1_000 ? durationText(ms) : String(shownMs(ms));
      const x = this.x(ms);
      if (x + widthOf(label, font) / 2 > this.width) continue;
      this.parts.push(`<text class="tick" x="${px(x)}" y="${px(y)}" text-anchor="middle">${label}</text>`);
      ticks.push(`M${px(x)} ${px(this.y)}V${px(bottom)}`);
    }
    this.parts.push(
      `<text class="tick" x="${px(this.left - 16)}" y="${px(y)}" text-anchor="end">${step >= 1_000 ? 'time' : 'ms'}</text>`,
      `<path class="grid" d="${ticks.join('')}"/>`,
    );
  }

  /** 1, 2, 5, 10, 20 … ms, so that the labels have room. */
  private get tickStep(): number {
    const most = Math.max(1, Math.floor((this.right - this.left) / pxPerTick));
    let step = 1;
    for (let at = 0; this.endMs / step > most; at++) step *= at % 3 === 1 ? 2.5 : 2;
    return step;
  }

  private drawLane(lane: PicturedLane): void {
    const y = this.y + this.laneHeight / 2;
    this.y += this.laneHeight;
    const name = fitted(lane.name, longestName, font);
    this.parts.push(
      `<text class="name" x="${px(this.left - 16)}" y="${px(y + 4)}" text-anchor="end">${escapeXml(name)}</text>`,
      ...this.spansOf(lane, y),
      ...clustersOf(
        lane.signs.map(({ frame, sign }) => ({ x: this.x(frame), frame, sign })),
        (text) => Math.max(16, widthOf(text, font) + 9),
      ).map((cluster) => markOf(cluster, y)),
    );
  }

  /** A path for each state, in which stretches that touch are one. */
  private spansOf(lane: PicturedLane, y: number): readonly string[] {
    const end = lane.signs.find(({ sign }) => sign === '|' || sign === '#')?.frame;
    const spans = lane.spans ?? [{ from: 0, to: end, state: 'running' as const }];
    return states.flatMap((state) => {
      let d = '';
      let [from, to] = [NaN, NaN];
      const flush = (): void => {
        if (to - from >= 0.5) d += `M${px(from)} ${px(y)}H${px(to)}`;
      };
      for (const span of spans) {
        if (span.state !== state) continue;
        const start = this.x(span.from);
        const stop = span.to === undefined ? this.right : this.x(span.to);
        if (start - to < 0.5) {
          to = Math.max(to, stop);
          continue;
        }
        flush();
        [from, to] = [start, stop];
      }
      flush();
      return d === '' ? [] : [`<path class="${state}" d="${d}"/>`];
    });
  }

  private drawLegend(): void {
    const meanings = new Map<string, string>();
    for (const { signs, values = {} } of this.lanes) {
      for (const { sign } of signs) {
        if (meanings.has(sign) || !isToBeTold(sign, values)) continue;
        meanings.set(sign, meaningOf(sign, values));
      }
    }
    if (meanings.size === 0) return;
    this.y += font;
    const lines = [...meanings].map(([sign, meaning]) => `${sign}  ${meaning}`);
    const shown =
      lines.length > legendLines
        ? [...lines.slice(0, legendLines - 1), `… and ${lines.length - legendLines + 1} more`]
        : lines;
    for (const line of shown) {
      this.y += 16;
      const text = `${line.slice(0, 3)}${fitted(line.slice(3), this.width - 2 * margin - 30, font)}`;
      this.parts.push(
        `<text class="legend" x="${margin}" y="${px(this.y)}" xml:space="preserve">${escapeXml(text)}</text>`,
      );
    }
  }
}

const states = ['waiting', 'running', 'unheard'] as const;

/** A picture of diagrams needs no legend for what everybody knows, nor for letters that stand for themselves. */
function isToBeTold(sign: string, values: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(values, sign) && values[sign] !== sign;
}

function meaningOf(sign: string, values: Readonly<Record<string, unknown>>): string {
  const value = values[sign];
  return value instanceof Mark ? value.mark : showValue(value, 200);
}

function markOf({ x, width, label, signs }: Cluster, y: number): string {
  const shapes: string[] = [];
  if (signs.has('|')) {
    const at = label === '' ? x : x + width / 2 + 2;
    shapes.push(`<path class="end" d="M${px(at)} ${px(y - 10)}v20"/>`);
  }
  if (signs.has('#')) shapes.push(`<path class="fail" d="M${px(x - 6)} ${px(y - 6)}l12 12m0 -12l-12 12"/>`);
  if (label !== '') {
    const kind = [...signs].some((sign) => bad.has(sign)) ? 'bad' : /^[^\p{L}\p{N}×]+$/u.test(label) ? 'mark' : 'value';
    shapes.push(
      `<rect class="${kind}" x="${px(x - width / 2)}" y="${px(y - 8)}" width="${px(width)}" height="16" rx="8"/>`,
      `<text class="label" x="${px(x)}" y="${px(y + 4)}" text-anchor="middle">${escapeXml(label)}</text>`,
    );
  }
  return shapes.join('');
}

/** What nobody wants to see. */
const bad: ReadonlySet<string> = new Set(['#', '%', '<', '~']);

function widthAsked(width: number | undefined): number | undefined {
  if (width === undefined) return undefined;
  if (positive('width', width) < 240) throw new RangeError(`width: expected at least 240 px, got ${width}`);
  return width;
}

function shownMs(ms: number): number {
  return Number(ms.toFixed(3));
}

const style = `<style>
.paper{fill:#fff}.name,.label,.legend{fill:#1c2330}.tick{fill:#5b6577}.grid{stroke:#e4e8ef;fill:none}
.running{stroke:#7b8ba5;stroke-width:2}.waiting{stroke:#b08a2e;stroke-width:2;stroke-dasharray:3 3}.unheard{stroke:#a3a9b5;stroke-width:1;stroke-dasharray:1 3}
.value{fill:#d6e6ff;stroke:#3568b8}.mark{fill:#f2f4f8;stroke:#8b95a7}.bad{fill:#ffe0dd;stroke:#c0392b}
.end{stroke:#1c2330;stroke-width:2}.fail{stroke:#c0392b;stroke-width:2}
@media (prefers-color-scheme:dark){.paper{fill:#14181f}.name,.label,.legend{fill:#e6eaf2}.tick{fill:#9aa5b8}.grid{stroke:#29303c}
.running{stroke:#6f80a0}.waiting{stroke:#c9a34a}.unheard{stroke:#6c7482}
.value{fill:#1f3a63;stroke:#7fb0ff}.mark{fill:#262d38;stroke:#8b95a7}.bad{fill:#55211d;stroke:#ff8a7d}
.end{stroke:#e6eaf2}.fail{stroke:#ff8a7d}}
</style>`;
