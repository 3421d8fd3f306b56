/** What people write without thinking: a promise for each request, and none for all. */
export const processBatch = (letters) =>
  letters.map(async (letter) => {
    if (letter === 'b') throw new Error('b is spoiled');
    return letter.toUpperCase();
  });
