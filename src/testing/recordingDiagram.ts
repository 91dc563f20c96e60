import type { Sign } from './marbleLayout.js';
import type { MarbleText } from './marbleText.js';
import type { Message } from './message.js';
import type { RecordedUnit, Span } from './recordedUnit.js';

/** One row of a recording, as marble text. */
export interface Lane extends MarbleText {
  /** `search`, or `search 2` where calls of the tool overlapped; `context` for runs. */
  readonly name: string;
  /** Whether its signs tell of a tool's calls, of runs, or of the tool itself: that its circuit opened, for instance. */
  readonly kind: 'call' | 'run' | 'tool';
  /** Undefined for runs. */
  readonly tool: string | undefined;
  /**
   * What the lane says: reading `text` with `values` and `error` gives just that where the lane is `exact`, in frames of
   * `scale` to the ms. What is no value of a call is a `Mark`.
   */
  readonly messages: readonly Message[];
  /** The same as characters, each at the ms at which it came. */
  readonly signs: readonly Sign[];
  /** What its calls were doing meanwhile. */
  readonly spans: readonly Span[];
  /** What it shows, in the order of beginning: never two at a time. */
  readonly units: readonly RecordedUnit[];
}

/** A recording, drawn. */
export interface RecordingDiagram {
  readonly lanes: readonly Lane[];
  /** How many frames of the lanes' texts are 1 ms. */
  readonly scale: number;
  /** The scheduler's time at frame 0, in ms. */
  readonly startedAt: number;
  /** The frame of the last event. */
  readonly endsAt: number;
  /** True where all lanes are exact. */
  readonly exact: boolean;
  /** What is missing of the recording, and what of it the diagram does not show. */
  readonly remarks: readonly string[];
  /** The rows with the time above them, and what their signs and letters mean. */
  picture(): string;
  /** The diagram as text, with a legend, the calls, and the frames of what could not be written exactly. */
  toString(): string;
}
