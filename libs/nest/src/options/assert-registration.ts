import {
  assertObject,
  describeValue,
  functionOf,
  InvalidConfigError,
  nearestName,
  optional,
  type ConfigFault,
  type ConfigRule,
} from 'nestjs-batching/core';

/** A field that the static methods of several modules take. */
export type RegistrationField = 'name' | 'useFactory' | 'useClass' | 'imports' | 'inject';

const RULES: Readonly<Record<RegistrationField, ConfigRule>> = {
  // One that is empty, from the environment perhaps, is told by the start, along with whatever else is wrong.
  name: (value) => (typeof value === 'string' ? undefined : 'a name that is not empty'),
  useFactory: functionOf('what inject names', 'the options'),
  useClass: optional((value) => (typeof value === 'function' ? undefined : 'a class that makes the options')),
  imports: optional(aList('modules')),
  inject: optional(aList('tokens')),
};

/** What may stand beside a factory. */
const BESIDE_FACTORY: readonly string[] = [
  ...Object.keys(RULES),
  'processor',
  'useExisting',
  'isGlobal',
  'provideInjectionTokensFrom',
];

/** For those who might have given such a class. */
const OWN_NAME = '; only a class with @BatchProcessor() has its own';

/**
 * Looks at what a static method of a module was given, before it is taken apart and handed to Nest, whose messages
 * would speak of providers that the caller has never heard of.
 *
 * @param call The method, for the message: `OnnxModule.register()`.
 * @param options What it was given.
 * @param example What it might be given, for the message: `{ name: 'digits', path: 'digits.onnx' }`.
 * @param fields Those to look at. Default: none, only whether it is an object.
 * @throws InvalidConfigError that lists every fault of these fields, or says that it is no object.
 */
export function assertRegistration(
  call: string,
  options: unknown,
  example: string,
  fields: readonly RegistrationField[] = [],
): void {
  assertObject(call, options, `an object such as ${example}`);
  const faults = fields.flatMap((field): ConfigFault[] => {
    const allowed = RULES[field](options[field]);
    if (allowed === undefined) return [];
    const advice = field === 'name' && call.includes('.registerBatcher') ? OWN_NAME : '';
    return [{ field, problem: `received ${describeValue(options[field])}, expected ${allowed}${advice}` }];
  });
  if (fields.includes('inject')) faults.push(...findLost(options));
  if (faults.length > 0) throw new InvalidConfigError(call, faults);
}

/** Options count that a factory returns; beside it nobody would look at them. */
function findLost(options: object): ConfigFault[] {
  return Object.entries(options).flatMap(([field, value]) => {
    if (value === undefined || BESIDE_FACTORY.includes(field)) return [];
    const meant = nearestName(field, BESIDE_FACTORY);
    const advice = meant === undefined ? 'let the factory return it' : `did you mean ${meant}?`;
    return [{ field, problem: `unknown option beside a factory; ${advice}` }];
  });
}

/** What makes options, as Nest's own modules take it: one of the three. */
export interface OptionsMaker {
  /** Tokens name no type, so it may be anything but nothing. */
  readonly useExisting?: unknown;
  /** Made by Nest. */
  readonly useClass?: unknown;
  /** Called by Nest. */
  readonly useFactory?: unknown;
}

/**
 * The same for a method of Nest's kind, which takes a class in place of a factory, too.
 *
 * @throws InvalidConfigError that lists every fault, or says that it is no object.
 */
export function assertAsyncRegistration(call: string, options: OptionsMaker, example: string): void {
  assertRegistration(call, options, example);
  const { useExisting, useClass, useFactory } = options;
  const isMadeByClass = useFactory === undefined && (useExisting ?? useClass ?? undefined) !== undefined;
  assertRegistration(call, options, example, [
    isMadeByClass ? 'useClass' : 'useFactory',
    'imports',
    'inject',
  ]);
}

function aList(content: string): ConfigRule {
  return (value) => (Array.isArray(value) ? undefined : `a list of ${content}`);
}
