import { createRequire } from 'node:module';

type Terminus = typeof import('@nestjs/terminus');

/**
 * The package that the health check is for. Nothing here imports it as it is loaded: Node would then say that it is
 * missing before this lib could say what to do.
 */
export function loadTerminus(): Promise<Terminus> {
  return import('@nestjs/terminus');
}

/** Nothing awaits at the top of a module, or `require` could not load it: so it is looked for, and loaded later. */
function assertInstalled(): void {
  // In a bundle not even this package is found, and the bundler has seen to what it needs.
  if (!isFound('nestjs-batching/package.json') || isFound('@nestjs/terminus')) return;
  throw new Error(
    'nestjs-batching/health needs the package "@nestjs/terminus"; run `npm install @nestjs/terminus`.',
  );
}

function isFound(specifier: string): boolean {
  try {
    createRequire(import.meta.url).resolve(specifier);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND';
  }
}

assertInstalled();
