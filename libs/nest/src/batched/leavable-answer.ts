import { Observable } from 'rxjs';

/**
 * What a promise comes to, for whoever may leave before: an interceptor that lets nobody wait longer, a WebSocket
 * gateway whose client has gone. They unsubscribe, which a promise would not notice.
 *
 * @param ask Gets what is aborted when nobody waits any more; never after the answer.
 */
export function leavableAnswer<TAnswer>(
  ask: (leaving: AbortController) => Promise<TAnswer>,
): Observable<TAnswer> {
  return new Observable((subscriber) => {
    const leaving = new AbortController();
    let isAnswered = false;
    ask(leaving).then(
      (answer) => {
        isAnswered = true;
        subscriber.next(answer);
        subscriber.complete();
      },
      (error: unknown) => {
        isAnswered = true;
        subscriber.error(error);
      },
    );
    return () => {
      if (!isAnswered) leaving.abort(new Error('Nobody waits for the answer any more.'));
    };
  });
}
