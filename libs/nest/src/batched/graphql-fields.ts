import type { DiscoveredProvider } from '../discovery/discovered-provider.js';

/** Where `@nestjs/graphql` keeps what its module was given. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

interface GraphqlOptions {
  readonly fieldResolverEnhancers?: readonly string[];
}

/** Where it keeps the type whose field a method resolves: on the method, or for all methods on their class. */
const RESOLVED_TYPE = 'graphql:resolver_type';

/** What it leaves on every method that resolves a field or a reference. */
const FIELD_METADATA = ['graphql:resolve_property', 'graphql:resolve_reference'];

/** Their fields are called through interceptors, whatever the options say. */
const ROOT_TYPES: readonly unknown[] = ['Query', 'Mutation', 'Subscription'];

/** Whether the app's GraphQL server calls fields of objects without interceptors, as it does unless told otherwise. */
export function lackInterceptors(providers: readonly DiscoveredProvider[]): boolean {
  const modules = providers.filter(({ token }) => token === GRAPHQL_OPTIONS);
  const enhancers = modules.map(({ instance }) => (instance as GraphqlOptions).fieldResolverEnhancers ?? []);
  return modules.length > 0 && !enhancers.flat().includes('interceptors');
}

/** Whether a method of a class resolves a field of an object, not of a query or a mutation. */
export function resolvesField(method: object, resolver: object): boolean {
  const type: unknown =
    Reflect.getMetadata(RESOLVED_TYPE, method) ?? Reflect.getMetadata(RESOLVED_TYPE, resolver);
  return FIELD_METADATA.some((key) => Reflect.hasMetadata(key, method)) && !ROOT_TYPES.includes(type);
}
