export {
  ApprovalDenied,
  ChainFailed,
  CircuitOpen,
  FlowFault,
  InvalidArguments,
  InvalidFlow,
  InvalidResult,
  isApprovalDenied,
  isChainFailed,
  isCircuitOpen,
  isInvalidArguments,
  isInvalidFlow,
  isInvalidResult,
  isParallelFailed,
  isRateLimitExceeded,
  isToolBusy,
  isToolError,
  isToolFailed,
  isToolNotFound,
  isToolTimeout,
  isUnresolvedReference,
  ParallelFailed,
  RateLimitExceeded,
  ToolBusy,
  ToolError,
  ToolFailed,
  ToolNotFound,
  ToolTimeout,
  UnresolvedReference,
} from './error.js';
export { Fault } from './fault.js';
export {
  type CallEvent,
  isTerminal,
  Load,
  type TerminalEvent,
  ToolEvent,
  type ToolEventOf,
  type ToolEventType,
} from './event.js';
export { type Chain, chain } from './chain.js';
export { type DecodedFlow, decodeFlow, type Flow, type FlowData, type Step, type StepData } from './flow.js';
export { Json } from './json.js';
export { type CallOptions, createOrchestrator, type Orchestrator, type OrchestratorOptions } from './orchestrator.js';
export type { OrchestratorStats, Recommender, RunOptions } from './orchestrator.js';
export { type Call, call, type CallGroup, type ParallelOptions, type ResultsOf } from './parallel.js';
export type { Recommendation, SearchOptions } from './recommend.js';
export type { Reference, References, Referring } from './recording.js';
export type { Redact, Shown } from './redaction.js';
export { annotate } from './schema.js';
export { statusAt, statusesOf, statusOf, type ToolStatus, type ToolStatuses } from './status.js';
export {
  type AnyTool,
  type ApprovalDecision,
  type ApprovalRequest,
  type Approve,
  type ArgumentsOf,
  type CacheSetting,
  type CircuitSetting,
  defineTool,
  type FallbackSetting,
  type RateLimitSetting,
  type ResultOf,
  type Tool,
  type ToolCall,
  type ToolRateLimit,
  type ToolSettings,
} from './tool.js';
