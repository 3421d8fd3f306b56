/** Why a request has no result. */
export class Failure {
  constructor(
    readonly error: unknown,
    /** How many requests failed with it, itself included. */
    readonly together: number,
  ) {}
}
