import * as t from 'io-ts';
import { type AnyTool, defineTool, type ToolCall } from '../tool.js';
import type { FakeRun, SourceStream } from './context.js';
import { checkLetters } from './diagram.js';
import { showValue } from './showValue.js';

/** Makes the stream of one call. */
type MakeCold = (marbles: string, name: string) => SourceStream<unknown>;

/** The streams that fake tools have given, for `expectSubscriptions`. */
const givenBy = new WeakMap<object, SourceStream<unknown>[]>();

/** A tool that does what a diagram says. @throws TypeError for a diagram that cannot be read. */
export function makeFakeTool(
  like: string | (Partial<AnyTool> & { readonly name: string }),
  marbles: FakeRun,
  values: Readonly<Record<string, unknown>> | undefined,
  makeCold: MakeCold,
): AnyTool {
  const given: SourceStream<unknown>[] = [];
  const settings = typeof like === 'string' ? { name: like } : like;
  if (typeof marbles === 'string') checkLetters(marbles, values);
  else if (typeof marbles !== 'function') {
    throw new TypeError(`marbles: expected a diagram or a function that gives one, got ${showValue(marbles)}`);
  }
  const run = (args: unknown, call: ToolCall): SourceStream<unknown> => {
    const source$ = makeCold(typeof marbles === 'string' ? marbles : marbles(args, call), settings.name);
    given.push(source$);
    return source$;
  };
  const tool = defineTool({
    description: `Stands for ${settings.name}.`,
    input: t.unknown,
    ...settings,
    run,
  } as never) as AnyTool;
  givenBy.set(tool, given);
  return tool;
}

/** The streams of a fake tool, one for each attempt; undefined for any other object. */
export function streamsOf(tool: object): readonly SourceStream<unknown>[] | undefined {
  return givenBy.get(tool);
}
