import type { OpenedSession, OpenRequest, RunReply, RunRequest } from './model-protocol.js';

/** Where a model's session lives: apart from the event loop that answers requests. */
export interface ModelHost {
  /**
   * Creates a session; one that was open before is released first.
   *
   * @throws RuntimeUnavailableError if ONNX Runtime is not there, ModelHostEndedError, or what ONNX Runtime says.
   */
  open(request: OpenRequest): Promise<OpenedSession>;

  /**
   * Runs the session. Calls may overlap; they run one after the other. The buffers of the inputs are gone
   * afterwards.
   *
   * @throws ModelHostEndedError, or what ONNX Runtime says.
   */
  run(request: RunRequest): Promise<RunReply>;

  /** Waits for the calls before it, releases the session and ends the host. Safe to call again. Never rejects. */
  close(): Promise<void>;

  /** Why the host has ended without being closed; undefined while it has not. */
  readonly endReason: string | undefined;
}

/** Starts a host for the model of that name. */
export type StartModelHost = (modelName: string) => ModelHost;
