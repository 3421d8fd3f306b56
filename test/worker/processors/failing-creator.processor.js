export function createProcessor() {
  throw new Error('no dictionary');
}
