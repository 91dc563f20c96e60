import { callable } from './argument.js';
import {
  type CircuitOptions,
  type CircuitSettings,
  circuitSettings,
  defaultOpenMs,
  type Judge,
} from './circuitSettings.js';
import type { Clock } from './Clock.js';
import { isolated } from './isolated.js';
import { MonotonicTime } from './MonotonicTime.js';

export type { CircuitOptions, CircuitRates, CircuitWindow } from './circuitSettings.js';

/** How a circuit stands. */
export type CircuitState = 'closed' | 'open' | 'halfOpen' | 'isolated';

/** Why a circuit let nobody through. */
export type CircuitRefusal = 'open' | 'halfOpen' | 'isolated';

/** A change of a circuit's state. */
export interface CircuitTransition {
  readonly from: CircuitState;
  readonly to: CircuitState;
  /** When it will let probes through, in the clock's ms; undefined for other states, and for one that is isolated. */
  readonly retryAt?: number;
}

/** The right to try, which ends in exactly one of the three; a second does nothing. */
export interface CircuitPermit {
  succeeded(): void;
  failed(): void;
  /** Neither: the attempt was cancelled, or refused by another limit. A probe is given back. */
  ignored(): void;
}

/** What `acquire` answers. */
export type CircuitAnswer =
  | { readonly permit: CircuitPermit }
  | {
      readonly refusal: CircuitRefusal;
      /**
       * In how many ms it is worth asking again: open, when it will let a probe through; half-open, when its probes will
       * have been judged at the latest. Undefined where that is not a matter of time.
       */
      readonly retryAfterMs: number | undefined;
    };

/** Each state with what only it has. */
type State =
  | { readonly name: 'closed'; readonly judge: Judge }
  | { readonly name: 'open'; readonly retryAt: number }
  | {
      readonly name: 'halfOpen';
      readonly judge: Judge;
      /** How many probes may still be taken. As many as there are: none runs, and none has ended. */
      free: number;
      /** When the first probe was taken. */
      since: number;
    };

/** Somebody who wants to hear of transitions. */
interface Listener {
  readonly callback: (transition: CircuitTransition) => void;
}

/**
 * A circuit breaker's shared state. Closed, it lets all through and judges their outcomes; open, none; half-open, a few
 * probes, whose outcomes decide. Every permit belongs to the state in which it was given: an outcome that comes after
 * the next transition changes nothing. No timer: what time alone brings is noticed when somebody asks next, or tells.
 */
export class Circuit {
  private readonly time = new MonotonicTime();
  private readonly settings: CircuitSettings;
  private readonly listeners = new Set<Listener>();
  private state: State;
  /** Counts the transitions: permits of an earlier epoch are stale. */
  private epoch = 0;
  /** How often it has opened again since it was last closed. */
  private reopenings = 0;
  /** How many hold it open by hand. */
  private isolations = 0;
  /** The clock that was read last; undefined before the first. */
  private clock: Clock | undefined;
  /** By how much `time` is ahead of that clock, which has been set back. */
  private aheadMs = 0;
  /** Transitions that have been made, and those who are to hear of them. */
  private readonly untold: { readonly transition: CircuitTransition; readonly to: readonly Listener[] }[] = [];
  /** True while listeners are being told: what they bring about waits its turn. */
  private telling = false;

  /** @throws TypeError, RangeError for an option that is unknown or out of its range. */
  constructor(options: CircuitOptions = {}) {
    this.settings = circuitSettings(options);
    this.state = { name: 'closed', judge: this.settings.createJudge() };
  }

  /** How it stands at the clock's time. */
  current(clock: Clock): CircuitState {
    const now = this.read(clock);
    if (this.isolations > 0) return 'isolated';
    this.expire(clock, now);
    const { state } = this;
    this.tell();
    return state.name === 'open' && now >= state.retryAt ? 'halfOpen' : state.name;
  }

  /** When it will let probes through, in the ms of the clock that was read last; undefined unless it is open. */
  get retryAt(): number | undefined {
    return this.state.name === 'open' && this.isolations === 0 ? this.state.retryAt - this.aheadMs : undefined;
  }

  /** Asks to be let through. */
  acquire(clock: Clock): CircuitAnswer {
    const answer = this.answer(clock);
    this.tell();
    return answer;
  }

  /** Holds it open until every handle is released; it is closed then, with nothing remembered. */
  isolate(): { release(): void } {
    if (this.isolations++ === 0) {
      this.epoch++;
      this.note({ from: this.state.name, to: 'isolated' });
      this.tell();
    }
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        if (--this.isolations > 0) return;
        this.reopenings = 0;
        this.epoch++;
        this.state = { name: 'closed', judge: this.settings.createJudge() };
        this.note({ from: 'isolated', to: 'closed' });
        this.tell();
      },
    };
  }

  /**
   * Calls back at each transition, after it, in the order in which they are made. What the listener throws reaches the
   * host as an unhandled error, and nobody else. Returns what ends that.
   */
  onTransition(listener: (transition: CircuitTransition) => void): () => void {
    const added: Listener = { callback: callable('listener', listener) };
    this.listeners.add(added);
    return () => {
      this.listeners.delete(added);
    };
  }

  private answer(clock: Clock): CircuitAnswer {
    const now = this.read(clock);
    if (this.isolations > 0) return { refusal: 'isolated', retryAfterMs: undefined };
    this.expire(clock, now);
    const { probes, createProbeJudge } = this.settings;
    if (this.state.name === 'open' && now >= this.state.retryAt) {
      this.enter({ name: 'halfOpen', judge: createProbeJudge(), free: probes, since: now });
    }
    const { state } = this;
    if (state.name === 'open') return { refusal: 'open', retryAfterMs: state.retryAt - now };
    if (state.name === 'halfOpen') {
      if (state.free === 0) return { refusal: 'halfOpen', retryAfterMs: this.probesEndIn(now, state.since) };
      if (state.free === probes) state.since = now;
      state.free--;
    }
    return { permit: this.permitOf(clock, now, state.judge) };
  }

  private probesEndIn(now: number, since: number): number | undefined {
    const { maxHalfOpenMs } = this.settings;
    return maxHalfOpenMs === Infinity ? undefined : since + maxHalfOpenMs - now;
  }

  /** Opens it again when the probes have taken too long. */
  private expire(clock: Clock, now: number): void {
    const { state } = this;
    const { probes, maxHalfOpenMs } = this.settings;
    if (state.name !== 'halfOpen' || state.free === probes) return;
    if (now >= state.since + maxHalfOpenMs) this.open(clock, state.since + maxHalfOpenMs);
  }

  private permitOf(clock: Clock, startedAt: number, judge: Judge): CircuitPermit {
    const { epoch } = this;
    let used = false;
    const end = (failed: boolean | undefined): void => {
      // An outcome from before the last transition says nothing about the state of now.
      if (used || epoch !== this.epoch) return;
      used = true;
      const now = this.read(clock);
      this.expire(clock, now);
      // Nor does one that is told after time has made a transition, which nobody had noticed.
      if (epoch === this.epoch) this.settle(clock, now, judge, failed, now - startedAt);
      this.tell();
    };
    return {
      succeeded: () => {
        end(false);
      },
      failed: () => {
        end(true);
      },
      ignored: () => {
        end(undefined);
      },
    };
  }

  private settle(clock: Clock, now: number, judge: Judge, failed: boolean | undefined, tookMs: number): void {
    if (failed === undefined) {
      if (this.state.name === 'halfOpen') this.state.free++;
      return;
    }
    judge.window.add(now, { failed, slow: tookMs >= this.settings.slowCallMs });
    const verdict = judge.verdict(now);
    if (verdict === 'bad') {
      this.open(clock, now);
    } else if (verdict === 'good' && this.state.name === 'halfOpen') {
      this.reopenings = 0;
      this.enter({ name: 'closed', judge: this.settings.createJudge() });
    }
  }

  private open(clock: Clock, at: number): void {
    if (this.state.name === 'halfOpen') this.reopenings++;
    let openMs = defaultOpenMs;
    isolated(clock, () => {
      openMs = this.settings.openMs(this.reopenings);
    });
    this.enter({ name: 'open', retryAt: at + openMs });
  }

  private enter(state: State): void {
    const from = this.state.name;
    this.state = state;
    this.epoch++;
    this.note({ from, to: state.name, ...(state.name === 'open' ? { retryAt: state.retryAt - this.aheadMs } : {}) });
  }

  private note(transition: CircuitTransition): void {
    this.untold.push({ transition, to: [...this.listeners] });
  }

  /** Tells of the transitions, when all that belongs to them is done: a listener may ask, tell or isolate in turn. */
  private tell(): void {
    if (this.telling) return;
    this.telling = true;
    for (let next = this.untold.shift(); next; next = this.untold.shift()) {
      const { transition, to } = next;
      for (const listener of to) if (this.listeners.has(listener)) this.tellOne(listener, transition);
    }
    this.telling = false;
  }

  private tellOne({ callback }: Listener, transition: CircuitTransition): void {
    try {
      callback(transition);
    } catch (error) {
      const fail = (): void => {
        throw error;
      };
      // Isolated by hand before anybody has asked, it knows no clock.
      if (this.clock) this.clock.setTimer(fail, 0);
      else queueMicrotask(fail);
    }
  }

  private read(clock: Clock): number {
    const reading = clock.now();
    const now = this.time.at(reading);
    this.clock = clock;
    this.aheadMs = now - reading;
    return now;
  }
}
