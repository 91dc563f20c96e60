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
  isNotResumable,
  isParallelFailed,
  isPlanFailed,
  isRateLimitExceeded,
  isToolBusy,
  isToolError,
  isToolFailed,
  isToolNotFound,
  isToolTimeout,
  isUnresolvedReference,
  NotResumable,
  ParallelFailed,
  PlanFailed,
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
  Inexact,
  isTerminal,
  Load,
  type TerminalEvent,
  ToolEvent,
  type ToolEventOf,
  type ToolEventType,
} from './event.js';
export { type Chain, chain } from './chain.js';
export type { BuiltFlow } from './builtFlow.js';
export type { Compared, Condition, ConditionOf } from './condition.js';
export { criticalPath, type CriticalPathOptions, type CriticalStep, type WaitedFor } from './criticalPath.js';
export { decodeFlow, type FlowBounds } from './decodeFlow.js';
export { type DecodedFlow, encodeFlow, type Flow, type FlowData, type FlowKind } from './flow.js';
export type { Step, StepData, Take } from './flow.js';
export type { FlowToolSettings } from './flowTool.js';
export { compileCodec } from './compileCodec.js';
export { Json } from './json.js';
export { type CallOptions, createOrchestrator, type Orchestrator, type OrchestratorOptions } from './orchestrator.js';
export type { OrchestratorStats, Recommender, RunOptions, RunStepsOptions } from './orchestrator.js';
export { type Call, call, type CallGroup, type ParallelOptions, type ResultsOf } from './parallel.js';
export { type Plan, plan, type PlanOptions } from './plan.js';
export type { Recommendation, SearchOptions } from './recommend.js';
export type { AnyReference, Reference, References, Referring } from './recording.js';
export type { ResumeOptions } from './resumeFlow.js';
export type { EachOption, ElementContext, StepCondition, StepOptions } from './stepOptions.js';
export type { Redact, Shown } from './redaction.js';
export { annotate } from './schema.js';
export { type MermaidOptions, toMermaid } from './toMermaid.js';
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
  type RunFlow,
  type Tool,
  type ToolCall,
  type ToolRateLimit,
  type ToolSettings,
} from './tool.js';
