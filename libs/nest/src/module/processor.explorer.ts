import { Inject, Injectable, Optional } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { BatchProcessor, ConfigFault } from 'nestjs-batching/core';
import { declarationOf, type DeclaredProcessor } from '../batchers/batch-processor.decorator.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import {
  BATCHING_DEFAULTS,
  batcherNameOfToken,
  getBatcherToken,
  getProcessorToken,
} from '../batchers/batcher.tokens.js';
import { soundDefaults } from '../options/assert-options.js';
import type { BatchingModuleOptions } from '../options/batching-options.js';
import { faultsOf } from '../options/collect-faults.js';
import { moduleNameOf, type DiscoveredProvider } from '../discovery/discovered-provider.js';
import { findInjections } from '../discovery/find-injections.js';

const REQUEST_SCOPED =
  'it is request-scoped, or something that it injects is; a processor serves many requests at once and must live as long as the app';

const TRANSIENT =
  'it is transient: whoever injects it would get one of their own; a processor is one for the whole app, so leave the scope out';

/** A provider whose class is a `@BatchProcessor()`, or what stands in the place of such a class. */
interface FoundProcessor extends DeclaredProcessor {
  readonly wrapper: DiscoveredProvider;
  readonly className: string;
  readonly moduleName: string;
}

/** Gives every `@BatchProcessor()` of the app its batcher. */
@Injectable()
export class ProcessorExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registry: BatcherRegistry,
    @Optional() @Inject(BATCHING_DEFAULTS) private readonly defaults: BatchingModuleOptions = {},
  ) {}

  /** What is wrong with processors, and with the injection of those that are not there. */
  explore(): ConfigFault[] {
    const found = this.findProcessors();
    const faults = found.flatMap((processor, index) => {
      // A test has put another batcher in the place of this one's.
      if (this.registry.isAdopted(processor.name)) return [];
      const problem = this.problemOf(processor, found.slice(0, index));
      return problem === undefined ? this.adopt(processor) : [{ field: nameOf(processor), problem }];
    });
    return [...faults, ...this.findScoped(), ...this.forgetAbsent(found)];
  }

  /**
   * For a start that fails before `explore`: what is wrong with the configuration of processors, as far as it is known.
   */
  findConfigFaults(): ConfigFault[] {
    return this.findProcessors().flatMap((processor) => {
      const { name } = processor;
      const isTaken = this.registry.find(name) !== undefined && !this.registry.isExpected(name);
      return isTaken ? [] : this.configure(processor);
    });
  }

  /** For an app whose start failed before `explore`: it closes, and what Nest has made by then is to be released. */
  bindMade(): void {
    for (const processor of this.findProcessors()) {
      const { name, wrapper } = processor;
      if (this.problemOf(processor, []) !== undefined) continue;
      this.registry.expect(name);
      this.registry.bind(name, wrapper.instance as BatchProcessor<unknown, unknown>);
    }
  }

  private findProcessors(): FoundProcessor[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      // By its token first: a test may have put anything in the place of the class (`overrideProvider`).
      const instance = wrapper.instance as object | undefined;
      const classes: unknown[] = [wrapper.token, wrapper.metatype, instance?.constructor];
      const type = classes.find((candidate) => declarationOf(candidate) !== undefined);
      const declared = declarationOf(type);
      if (declared === undefined || wrapper.isAlias) return [];
      const className = (type as { readonly name: string }).name;
      return [{ ...declared, wrapper, className, moduleName: moduleNameOf(wrapper) }];
    });
  }

  private problemOf(processor: FoundProcessor, before: readonly FoundProcessor[]): string | undefined {
    const { name, wrapper } = processor;
    const other = before.find((candidate) => candidate.name === name);
    if (other !== undefined) {
      const isSameClass = other.wrapper.token === wrapper.token;
      const advice = '; provide the class once, in the providers of one module or by registerBatcher()';
      return `the batcher "${name}" has a processor already: ${nameOf(other)}${isSameClass ? advice : ''}`;
    }
    if (!wrapper.isDependencyTreeStatic()) return REQUEST_SCOPED;
    if (wrapper.isTransient) return TRANSIENT;
    if (
      typeof (wrapper.instance as Partial<BatchProcessor<never, unknown>> | null)?.processBatch !== 'function'
    ) {
      return (
        'it has no method processBatch(requests, context)' +
        (isReplaced(wrapper)
          ? `; in a test, BatchingTestingModule.forRoot({ processors: { '${name}': fake } }) replaces a processor`
          : '')
      );
    }
    if (this.registry.find(name) !== undefined && !this.registry.isExpected(name)) {
      if (wrapper.token === getProcessorToken(name)) {
        return "it has @BatchProcessor(); list it in a module's providers instead of forRoot({ processor })";
      }
      return `another batcher has the name "${name}" already; names are unique in an app`;
    }
    return undefined;
  }

  /** Gives a processor its batcher, and tells what is wrong with the configuration of that. */
  private adopt(processor: FoundProcessor): ConfigFault[] {
    const faults = this.configure(processor);
    if (faults.length === 0) {
      this.registry.bind(processor.name, processor.wrapper.instance as BatchProcessor<unknown, unknown>);
    }
    return faults;
  }

  private configure(processor: FoundProcessor): ConfigFault[] {
    const { name, config } = processor;
    const batcher = this.registry.expect(name);
    try {
      this.registry.configure(batcher, soundDefaults(this.defaults), config, this.registry.additionTo(name));
    } catch (error) {
      const whose = `batcher "${name}" of ${nameOf(processor)}`;
      return faultsOf(error).map(({ field, problem }) => ({ field: `${whose}: ${field}`, problem }));
    }
    return [];
  }

  /** Batchers whose registered processor would be made anew for each request. */
  private findScoped(): ConfigFault[] {
    return this.discovery.getProviders().flatMap((wrapper) => {
      const name = batcherNameOfToken(wrapper.token);
      if (name === undefined || wrapper.isDependencyTreeStatic()) return [];
      return [
        {
          field: `batcher "${name}" (${moduleNameOf(wrapper)})`,
          problem: `its processor: ${REQUEST_SCOPED}`,
        },
      ];
    });
  }

  /** Classes that are declared somewhere in the process, but are no providers of this app. */
  private forgetAbsent(found: readonly FoundProcessor[]): ConfigFault[] {
    const here = new Set(found.map(({ name }) => name));
    const absent = this.registry.names.filter((name) => this.registry.isExpected(name) && !here.has(name));
    return absent.flatMap((name) => {
      this.registry.discard(name);
      const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
      return findInjections(wrappers, getBatcherToken(name)).map((field) => ({
        field,
        problem: `it injects the batcher "${name}", whose processor is no provider of this app; list its class in a module's providers`,
      }));
    });
  }
}

/** Whether a test has put something else in the place of the class. */
function isReplaced({ token, metatype }: DiscoveredProvider): boolean {
  return declarationOf(token) !== undefined && metatype !== token;
}

function nameOf({ className, moduleName }: FoundProcessor): string {
  return `${className} (${moduleName})`;
}
