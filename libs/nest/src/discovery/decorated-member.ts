/** What a decorator is called with, on whatever it stands: a class has no key, a property no descriptor. */
export interface DecoratedMember {
  readonly target: unknown;
  readonly propertyKey: string | symbol | undefined;
  readonly descriptor: unknown;
}

/**
 * The class and the member that a decorator stands on, for messages: `DigitsController.classify`. For a parameter it is
 * the method that has it.
 */
export function nameOfMember({ target, propertyKey }: DecoratedMember): string {
  const type = typeof target === 'function' ? target : (target as object | undefined)?.constructor;
  const member = propertyKey === undefined ? '' : `.${String(propertyKey)}`;
  return `${type?.name ?? 'an unknown class'}${member}`;
}
