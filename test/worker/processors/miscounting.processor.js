/** Has no result for the first request; or not even a list of them, if that asks for it. */
export function processBatch(requests) {
  return requests[0] === 'no list' ? 'no list' : requests.slice(1);
}
