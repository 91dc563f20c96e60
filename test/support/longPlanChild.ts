import { type Pace, runLongPlan, type Shape } from './longPlan.js';

// A process of its own: `node --require tsx longPlanChild.ts LENGTH SHAPE PACE` prints what came of the plan.
const [, , length, shape, pace] = process.argv;
void runLongPlan(Number(length), shape as Shape, pace as Pace).then((run) => {
  process.stdout.write(JSON.stringify(run));
});
