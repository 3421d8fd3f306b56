import type { DynamicModule, InjectionToken, Provider } from '@nestjs/common';
import { InvalidConfigError, isRecord } from 'nestjs-batching/core';
import type { OptionsMaker } from './assert-registration.js';

/** A method of Nest's kind that takes a class in place of a factory, and what it wants of that class. */
export interface MakerCall {
  /** For the message: `BatchingModule.forRootAsync()`. */
  readonly call: string;
  /** The method of the class that makes the options: `createBatchingOptions`. */
  readonly method: string;
  /** Where Nest keeps the options. */
  readonly token: InjectionToken;
}

/**
 * The module that Nest's builder has defined, with a look at the class that makes its options: without the method, Nest
 * would say no more than that something is not a function.
 */
export function withCheckedMaker(
  definition: DynamicModule,
  { useFactory }: OptionsMaker,
  { call, method, token }: MakerCall,
): DynamicModule {
  if (useFactory !== undefined) return definition;
  const providers = (definition.providers ?? []).map((provider): Provider => {
    const isOptions = typeof provider === 'object' && provider.provide === token && 'useFactory' in provider;
    if (!isOptions) return provider;
    return {
      provide: token,
      inject: provider.inject ?? [],
      useFactory: (maker: unknown) => makeOptions(maker, call, method),
    };
  });
  return { ...definition, providers };
}

/** @throws InvalidConfigError if it has no such method. */
function makeOptions(maker: unknown, call: string, method: string): unknown {
  const make = isRecord(maker) ? maker[method] : undefined;
  if (typeof make === 'function') return make.call(maker) as unknown;
  const className = isRecord(maker) ? maker.constructor.name : String(maker);
  throw new InvalidConfigError(call, [
    { field: 'useClass', problem: `received ${className}, expected a class with a method ${method}()` },
  ]);
}
