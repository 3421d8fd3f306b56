/**
 * A line of a stack, or the one that a syntax error begins with. Node's own files (`node:internal/…`) are no places.
 */
const PLACE = /^(?: +at (?:async )?(?:.*? \()?)?((?:file:\/\/|\/|[a-z]:\\).*:\d+)\)?$/im;

/** The first file that a stack names, with line and perhaps column; a path may have spaces. */
export function firstPlaceIn(stack: string): string | undefined {
  return PLACE.exec(stack)?.[1];
}
