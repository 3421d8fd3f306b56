import type { NamedTensor } from 'nestjs-batching/onnx';

/** What one may ask of a process with a bare session. Each is answered before the next is asked. */
export type BareCall =
  | {
      readonly kind: 'open';
      readonly path: string;
      readonly executionProvider: string;
      /** Threads within one operator; 0 is one per core. */
      readonly intraOpThreads: number;
    }
  | { readonly kind: 'prepare'; readonly inputs: readonly NamedTensor[] }
  | { readonly kind: 'run'; readonly forMs: number };

export type BareReply =
  | { readonly kind: 'done' }
  | ({ readonly kind: 'ran' } & RunCount)
  | { readonly kind: 'failed'; readonly message: string };

/** How many batches ran in how much time. */
export interface RunCount {
  readonly batches: number;
  readonly elapsedMs: number;
}
