import { moduleNameOf, type DiscoveredProvider } from './discovered-provider.js';

/** Where Nest keeps what `@Inject()` says. */
const PARAMETER_TOKENS = 'self:paramtypes';
const PROPERTY_TOKENS = 'self:properties_metadata';

/** The providers and controllers that inject a token, each with its module: `DigitsController (DigitsModule)`. */
export function findInjections(wrappers: readonly DiscoveredProvider[], token: string): string[] {
  return wrappers
    .filter((wrapper) => tokensOf(wrapper).includes(token))
    .map((wrapper) => `${String(wrapper.name)} (${moduleNameOf(wrapper)})`);
}

function tokensOf({ metatype, inject }: DiscoveredProvider): unknown[] {
  const factoryTokens = (inject ?? []).map((entry: unknown) =>
    typeof entry === 'object' && entry !== null && 'token' in entry ? entry.token : entry,
  );
  if (typeof metatype !== 'function') return factoryTokens;
  const parameters = (Reflect.getMetadata(PARAMETER_TOKENS, metatype) ?? []) as { readonly param: unknown }[];
  const properties = (Reflect.getMetadata(PROPERTY_TOKENS, metatype) ?? []) as { readonly type: unknown }[];
  return [...factoryTokens, ...parameters.map(({ param }) => param), ...properties.map(({ type }) => type)];
}
