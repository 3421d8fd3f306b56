import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { ConfigFault } from 'nestjs-batching/core';
import { declarationOf } from '../batchers/batch-processor.decorator.js';
import { BatchedCallService } from './batched-call.service.js';
import { BATCHED_METADATA, type BatchedMetadata } from './batched.metadata.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import { unknownBatcherError } from '../batchers/batcher.service.js';
import { isProcessorToken } from '../batchers/batcher.tokens.js';
import { problemsOfConstants } from './constant-options.js';
import { lackInterceptors, resolvesField } from './graphql-fields.js';
import { copyMetadata, isCalledByNest } from './handler-metadata.js';
import { moduleNameOf, type DiscoveredProvider } from '../discovery/discovered-provider.js';
import { findMockedBatchers } from '../batchers/find-mocked-batchers.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** A method with `@Batched()`. */
interface FoundMethod {
  readonly wrapper: DiscoveredProvider;
  readonly type: { readonly name: string };
  readonly methodName: string;
  readonly method: Method;
  readonly metadata: BatchedMetadata;
}

const NOT_WRAPPED =
  'so that its methods cannot be batched when they are called from code; use @InjectBatcher() there';
const LOST =
  'a decorator above @Batched() has replaced the method and kept nothing of what is noted on it; put @Batched() above that one';
const NOT_CALLED_BY_NEST =
  'no route or message leads to it; a @Batched() method that other code calls belongs into a provider';
const RUNS_BATCHES =
  'it runs the batches, and would wait for itself; what @Batched() sends is what a method returns that asks for one result';
const FIELD_NOT_INTERCEPTED =
  'it would answer with the request itself, since fields of objects have no interceptors; add ' +
  "fieldResolverEnhancers: ['interceptors'] to the options of GraphQLModule";

/**
 * Finds every `@Batched()` method when the app starts. One that names no batcher, or has options with which every call
 * would be refused, stops the start. One that Nest does not call, but other code, is wrapped: it has no interceptor.
 */
@Injectable()
export class BatchedMethodExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: BatcherRegistry,
    private readonly calls: BatchedCallService,
  ) {}

  /** What is wrong with the methods. */
  explore(): ConfigFault[] {
    const ofControllers = this.discovery.getControllers();
    const ofProviders = this.discovery.getProviders();
    const mocked = findMockedBatchers(ofProviders);
    const controllers = ofControllers.flatMap((wrapper) => this.findMethods(wrapper));
    const providers = ofProviders.flatMap((wrapper) => this.findMethods(wrapper));
    const faults = [
      ...[...controllers, ...providers].flatMap((found) => this.findFaults(found, mocked)),
      ...[...ofControllers, ...ofProviders].flatMap((wrapper) => this.findLost(wrapper)),
    ];
    // Nest makes controllers its own way; what code calls belongs into a provider.
    for (const found of controllers.filter(({ method }) => !isCalledByNest(method))) {
      faults.push({ field: nameOf(found), problem: NOT_CALLED_BY_NEST });
    }
    if (lackInterceptors(ofProviders)) {
      const fields = providers.filter(({ method, type }) => resolvesField(method, type));
      for (const found of fields) faults.push({ field: nameOf(found), problem: FIELD_NOT_INTERCEPTED });
    }
    const wrapped = providers.filter(({ method }) => !isCalledByNest(method));
    for (const found of wrapped) faults.push(...this.wrap(found));
    return faults;
  }

  private findMethods(wrapper: DiscoveredProvider): FoundMethod[] {
    const prototype = prototypeOf(wrapper);
    if (prototype === undefined) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const method = (prototype as Record<string, Method>)[methodName];
      const metadata =
        method && (Reflect.getMetadata(BATCHED_METADATA, method) as BatchedMetadata | undefined);
      if (method === undefined || metadata === undefined) return [];
      return [{ wrapper, type: prototype.constructor, methodName, method, metadata }];
    });
  }

  /**
   * Handlers that another decorator has replaced by what knows nothing of `@Batched()`. (Of what Nest does not call,
   * a test may have put a mock in its place.)
   */
  private findLost(wrapper: DiscoveredProvider): ConfigFault[] {
    const prototype = prototypeOf(wrapper);
    if (prototype === undefined) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const owner = ownerOf(methodName, prototype);
      const method = (owner as Record<string, Method>)[methodName]!;
      const isLost =
        isCalledByNest(method) &&
        Reflect.hasOwnMetadata(BATCHED_METADATA, owner, methodName) &&
        !Reflect.hasMetadata(BATCHED_METADATA, method);
      return isLost
        ? [{ field: nameOf({ type: prototype.constructor, methodName, wrapper }), problem: LOST }]
        : [];
    });
  }

  private findFaults(found: FoundMethod, mocked: ReadonlySet<string>): ConfigFault[] {
    const { batcherName, ...options } = found.metadata;
    if (mocked.has(batcherName)) return [{ field: nameOf(found), problem: mockedProblem(batcherName) }];
    if (runsBatches(found)) return [{ field: nameOf(found), problem: RUNS_BATCHES }];
    const batcher = this.registry.find(batcherName);
    if (batcher !== undefined) {
      const problems = problemsOfConstants(options, batcher.config);
      return problems.map((problem) => ({ field: nameOf(found), problem }));
    }
    const { faults } = unknownBatcherError('@Batched()', batcherName, this.registry.names);
    return faults.map(({ problem }) => ({ field: nameOf(found), problem }));
  }

  /** Puts a method in front of the instance's own that sends what that returns through the batcher. */
  private wrap(found: FoundMethod): ConfigFault[] {
    const { wrapper, methodName, method, metadata } = found;
    const instance = wrapper.instance as Record<string, unknown> | null;
    if (!wrapper.isDependencyTreeStatic() || typeof instance !== 'object' || instance === null) {
      return [{ field: nameOf(found), problem: `it is request-scoped, ${NOT_WRAPPED}` }];
    }
    if (wrapper.isTransient) return [{ field: nameOf(found), problem: `it is transient, ${NOT_WRAPPED}` }];
    const { calls } = this;
    const target = instance.constructor;
    const batched = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const returned = await method.apply(this, args);
      if (calls.hasAnswered(returned)) return returned;
      const context = new ExecutionContextHost(args, target as never, method);
      context.setType('method');
      return calls.bodyOf(metadata, await calls.send(returned, metadata, context));
    };
    copyMetadata(method, batched);
    if (Reflect.set(instance, methodName, batched)) return [];
    return [{ field: nameOf(found), problem: `it is frozen, ${NOT_WRAPPED}` }];
  }
}

function mockedProblem(name: string): string {
  return (
    `something that is no DynamicBatcher stands in the place of the batcher "${name}"; in a test, replace what runs its ` +
    `batches, by BatchingTestingModule.forRoot({ processors: { '${name}': fake } }), or the batcher by a ` +
    'new DynamicBatcher({}, fake)'
  );
}

/** Whether it is the method of a processor that its batcher calls with each batch. */
function runsBatches({ wrapper, methodName }: FoundMethod): boolean {
  if (methodName !== 'processBatch') return false;
  const { token, metatype } = wrapper;
  return isProcessorToken(token) || [token, metatype].some((type) => declarationOf(type) !== undefined);
}

function prototypeOf({ metatype, instance }: DiscoveredProvider): object | undefined {
  if (typeof instance === 'object' && instance !== null) return Object.getPrototypeOf(instance) as object;
  return typeof metatype === 'function' ? (metatype.prototype as object | undefined) : undefined;
}

/** The prototype in the chain that has the method: one that overrides another says by itself whether it is batched. */
function ownerOf(methodName: string, prototype: object): object {
  return Object.hasOwn(prototype, methodName)
    ? prototype
    : ownerOf(methodName, Object.getPrototypeOf(prototype) as object);
}

function nameOf({ type, methodName, wrapper }: Pick<FoundMethod, 'type' | 'methodName' | 'wrapper'>): string {
  return `${type.name}.${methodName} (${moduleNameOf(wrapper)})`;
}
