import { expect } from 'chai';
import { lastValueFrom } from 'rxjs';
import { createOrchestrator, criticalPath, encodeFlow, type ToolEvent, type ToolEventOf } from 'toolstream';
import { statisticsWith } from '../../../examples/source-statistics/statistics.js';
import { createTools } from '../../../examples/source-statistics/tools.js';

interface Played {
  readonly durationMs: number;
  readonly events: readonly ToolEvent[];
  readonly context: Readonly<Record<string, unknown>>;
}

async function play(kind: 'chain' | 'plan'): Promise<Played> {
  const tools = createTools({ limit: 10, perMs: 50 });
  const orchestrator = createOrchestrator({ tools: Object.values(tools) });
  const events: ToolEvent[] = [];
  orchestrator.events$.subscribe((event) => events.push(event));
  const flow = { ...encodeFlow(statisticsWith(tools)), kind };
  const context = await lastValueFrom(orchestrator.run(flow, { root: 'examples' }));
  const { durationMs } = events.at(-1) as ToolEventOf<'run.succeeded'>;
  return { durationMs, events, context };
}

describe('the plan of the source statistics', function () {
  // Real files.
  this.timeout(60_000);
  let chain: Played;
  let plan: Played;
  before(async () => {
    chain = await play('chain');
    plan = await play('plan');
  });

  it('is faster than the same steps one after the other, and finds the same', () => {
    expect(plan.durationMs).to.be.lessThan(chain.durationMs / 2);
    expect(plan.context).to.deep.equal(chain.context);
  });

  it('has seven steps at work at the same time', () => {
    const counts = new Map<string, number>();
    let most = 0;
    for (const event of plan.events) {
      if (event.type === 'call.queued' || event.type === 'call.started') {
        if (event.type === 'call.queued' || event.waitedMs === 0) add(event.step, 1);
      } else if (event.type === 'call.succeeded') add(event.step, -1);
      most = Math.max(most, counts.size);
    }
    expect(most).to.equal(7);

    function add(step = '', count: number): void {
      const sum = (counts.get(step) ?? 0) + count;
      if (sum > 0) counts.set(step, sum);
      else counts.delete(step);
    }
  });

  it('has a critical path from the list of files to the report', () => {
    const path = criticalPath(plan.events);
    expect([path[0]?.step, path.at(-1)?.step]).to.deep.equal(['files', 'report']);
    expect(path).to.have.length.within(3, 4);
  });
});
