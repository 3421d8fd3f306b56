/** Nobody knows what to make it with. */
export default class DoublingProcessor {
  processBatch(requests) {
    return requests.map((request) => 2 * request);
  }
}
