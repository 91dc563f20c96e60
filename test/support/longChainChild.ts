import { type Pace, runLongChain } from './longChain.js';

// A process of its own: `node --require tsx longChainChild.ts LENGTH PACE` prints what came of the chain.
const [, , length, pace] = process.argv;
void runLongChain(Number(length), pace as Pace).then((run) => {
  process.stdout.write(JSON.stringify(run));
});
