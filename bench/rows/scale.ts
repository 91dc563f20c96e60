import { firstValueFrom } from 'rxjs';
import { createOrchestrator, defineTool, type Orchestrator } from '../../src/index.js';
import type { BenchRow, Figure } from '../BenchRow.js';
import { interleave, type Ratio } from '../interleave.js';
import { answerAsync, args, Input } from '../work.js';

function withTools(count: number, capacity = 0): Orchestrator {
  const tools = Array.from({ length: count }, (_, index) =>
    defineTool({ name: `tool${index}`, description: 'Answers.', input: Input, run: answerAsync }),
  );
  return createOrchestrator({ tools, history: { capacity } });
}

/** Calls of all tools in turn: one tool alone would be found in the processor's cache. */
function calls(orchestrator: Orchestrator, tools: number): (times: number) => Promise<void> {
  const step = Math.max(1, Math.floor(tools / 97));
  const names = Array.from({ length: Math.min(tools, 97) }, (_, index) => `tool${(index * step) % tools}`);
  return async (times) => {
    for (let call = 0; call < times; call++) {
      await firstValueFrom(orchestrator.execute(names[call % names.length] as string, args));
    }
  };
}

/** What a call costs with many tools registered, and with a history that is full. */
export const row: BenchRow = {
  async measure() {
    const tools = await interleave(
      {
        ten: calls(withTools(10), 10),
        thousand: calls(withTools(1_000), 1_000),
        many: calls(withTools(100_000), 100_000),
      },
      { rounds: 60 },
    );
    // Apart: with a million events on the heap, the collector would be measured with the tools.
    const full = withTools(10, 1_000_000);
    const half = withTools(10, 1_000);
    await calls(half, 10)(2_000);
    // Full: every further event drives one out.
    await calls(full, 10)(340_000);
    const history = await interleave({ small: calls(half, 10), full: calls(full, 10) }, { rounds: 60 });
    const us = (id: string, what: string, ratio: Ratio): Figure => ({
      id: `scale.${id}`,
      work: `one call with ${what}`,
      unit: 'us',
      ...ratio,
    });
    return [
      us('10', '10 tools registered', tools.micros('ten')),
      us('1000', '1,000 tools registered', tools.micros('thousand')),
      us('100000', '100,000 tools registered', tools.micros('many')),
      us('history.1000', 'a full history of 1,000 events', history.micros('small')),
      us('history.1000000', 'a full history of 1,000,000 events', history.micros('full')),
      {
        id: 'scale.tools',
        work: 'one call with 100,000 tools, over one with 10',
        unit: 'x',
        ...tools.cost('many', 'ten'),
      },
      {
        id: 'scale.history',
        work: 'one call with 1,000,000 events retained, over one with 1,000',
        unit: 'x',
        ...history.cost('full', 'small'),
      },
    ];
  },
};
