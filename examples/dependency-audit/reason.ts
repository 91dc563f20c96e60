import { isChainFailed, isToolFailed } from 'toolstream';

/**
 * Why a call failed, in the words of whatever threw: the tool and the step are shown beside it, so the library's own
 * words around it would only say them again.
 */
export function reasonOf(error: unknown): string {
  if (isChainFailed(error) || isToolFailed(error)) return reasonOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}
