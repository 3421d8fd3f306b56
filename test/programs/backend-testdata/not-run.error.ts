/** Why a test of ONNX's is not run through `OnnxModel`. */
export const NOT_RUN_REASONS = [
  'no input',
  'no data for one of its tensors',
  'random results',
  'a sequence, a map or an optional',
  'an element type that is not supported',
  'an empty tensor',
  'ONNX Runtime refuses it',
  'ONNX Runtime gives something else than ONNX',
  'rows depend on each other, and its operator set is older than Scan',
  'ONNX Runtime refuses it within a Scan',
] as const;

export type NotRunReason = (typeof NOT_RUN_REASONS)[number];

export class NotRunError extends Error {
  constructor(
    readonly reason: NotRunReason,
    /** Which tensor, operator or type, or what the runtime said. */
    readonly detail = '',
  ) {
    super(`${reason} (${detail})`);
    this.name = 'NotRunError';
  }
}
