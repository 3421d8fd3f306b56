import { BatchedInterceptor } from './batched.interceptor.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What Nest, or a package of it, leaves on a method that it calls by itself, through the interceptors. */
const HANDLER_METADATA = /^(?:path$|microservices:|websockets:message_mapping$|graphql:|__resolve)/;

/** Where Nest keeps what `@UseInterceptors()` says of a method. */
const INTERCEPTORS_METADATA = '__interceptors__';

/** Whether Nest calls a method by itself: for a route, a message, a query. */
export function isCalledByNest(method: Method): boolean {
  return Reflect.getMetadataKeys(method).some((key) => typeof key === 'string' && HANDLER_METADATA.test(key));
}

/**
 * Other packages look for their own decorators on the method of the instance: listeners of events, jobs, consumers. Of
 * its interceptors, the one that batches stays behind: who calls the method through them would send each request twice.
 */
export function copyMetadata(from: Method, to: Method): void {
  for (const key of Reflect.getMetadataKeys(from)) {
    const value: unknown = Reflect.getMetadata(key, from);
    const isInterceptors = key === INTERCEPTORS_METADATA && Array.isArray(value);
    const others = isInterceptors ? value.filter((interceptor) => interceptor !== BatchedInterceptor) : value;
    Reflect.defineMetadata(key, others, to);
  }
}
