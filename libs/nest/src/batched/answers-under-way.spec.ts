import { AnswersUnderWay } from './answers-under-way.js';

describe('AnswersUnderWay', () => {
  it('waits for answers and errors, and not for those that come meanwhile', async () => {
    const answers = new AnswersUnderWay();
    const told: string[] = [];
    let answer!: (answer: string) => void;
    let fail!: (error: Error) => void;
    void answers.watch(new Promise((resolve) => (answer = resolve)));
    answers.watch(new Promise((_, reject) => (fail = reject))).catch(() => told.push('failed'));

    const sent = answers.sent().then(() => told.push('sent'));
    void answers.watch(new Promise(() => undefined));
    answer('first');
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
    fail(new Error('no answer'));
    await sent;
    expect(told).toEqual(['failed', 'sent']);
  });

  it('keeps nobody waiting for answers that have been given', async () => {
    const answers = new AnswersUnderWay();
    await answers.watch(Promise.resolve('answer'));
    let isSent = false;
    void answers.sent().then(() => (isSent = true));
    await Promise.resolve();
    expect(isSent).toBe(true);
  });
});
