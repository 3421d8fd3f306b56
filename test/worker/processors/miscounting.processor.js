/** Has no result for the first request; or not even a list of them, if that asks for it. */
export function processBatch(requests) {
  if (requests[0] === 'no list') return 'no list';
  return requests[0] === 'a generator' ? generate(requests) : requests.slice(1);
}

function* generate(requests) {
  yield* requests;
}
