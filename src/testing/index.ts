export { AssertionError } from './AssertionError.js';
export type { VirtualLimits } from './Budget.js';
export type {
  Expected,
  ExpectedStream,
  FakeRun,
  FakeSettings,
  SourceStream,
  TestContext,
} from './context.js';
export type { CallLike } from './callsOf.js';
export { toolstreamChai } from './chai.js';
export {
  conformance,
  type ConformanceCheck,
  type ConformanceOptions,
  type ConformanceSubject,
  describeConformance,
  type TestRunner,
} from './conformance.js';
export type { Values } from './diagram.js';
export type { EventChoice } from './eventDiagram.js';
export type { Gate } from './held.js';
export { type MarbleContext, marbles } from './marbles.js';
export { type MarbleText, type MarbleTextOptions, readMarbles, writeMarbles } from './marbleText.js';
export { Mark } from './mark.js';
export type { Message } from './message.js';
export type { TestOptions } from './Session.js';
export type { StatusValues } from './statusDiagram.js';
export type { SubscriptionLog } from './subscriptions.js';
export { type VirtualContext, virtualTime } from './virtualTime.js';
export { readLane } from './readLane.js';
export type { RecordedUnit, Span } from './recordedUnit.js';
export { replay, type ReplayOptions } from './replay.js';
export type { Arrivals } from './arrivals.js';
export type { Distribution } from './distribution.js';
export type { Quantiles } from './Histogram.js';
export {
  simulate,
  type SimulatedWork,
  type SimulateOptions,
  type SimulationContext,
} from './simulate.js';
export type { Lane, RecordingDiagram } from './recordingDiagram.js';
export type { SimulationReport } from './simulationReport.js';
export { toMarbles, type ToMarblesOptions } from './toMarbles.js';
export { type PicturedLane, type PicturedSpan, toSvg, type ToSvgOptions } from './toSvg.js';
export type { Course, ToolTraffic } from './ToolTally.js';
export type { InferredSettings } from './inferredSettings.js';
export { toTest, type ToTestOptions } from './toTest.js';
export { VirtualScheduler } from './VirtualScheduler.js';
