export const letters = 'abc';
