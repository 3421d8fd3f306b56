import type { InferenceSession } from 'onnxruntime-node';

import { ONNX_LOG_LEVELS, type OnnxSessionOptions } from './session-options.js';

/** See onnxruntime_session_options_config_keys.h of ONNX Runtime. */
const NO_SPINNING = { 'session.intra_op.allow_spinning': '0', 'session.inter_op.allow_spinning': '0' };

/** Our options in the words of ONNX Runtime. */
export function toRuntimeOptions({
  logLevel,
  allowSpinning = false,
  ...options
}: OnnxSessionOptions): InferenceSession.SessionOptions {
  // The binding takes an option that is there but undefined for a wrong one.
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return {
    ...given,
    ...(!allowSpinning && { extra: NO_SPINNING }),
    ...(logLevel !== undefined && {
      logSeverityLevel: ONNX_LOG_LEVELS.indexOf(logLevel) as 0 | 1 | 2 | 3 | 4,
    }),
  };
}
