import { posix } from 'node:path';
import { isEsModuleApp, readPackage, readText, type AppTree } from './app-tree.js';

const CONFIGURATIONS = ['js', 'cjs', 'mjs', 'ts', 'json'].map((ending) => `jest.config.${ending}`);

/**
 * What the tests of a CommonJS app need that has no such lines yet; its author decides, since it takes more packages.
 * Nest is named, too: from version 12 on it is made of ES modules itself.
 *
 * @returns Nothing for an app without Jest, or one whose Jest loads ES modules.
 */
export function jestAdvice(tree: AppTree, sourceRoot: string): string | undefined {
  const { devDependencies, jest } = readPackage(tree);
  if (isEsModuleApp(tree) || devDependencies?.['jest'] === undefined) return undefined;
  const endToEnd = posix.join(posix.dirname(posix.normalize(sourceRoot)), 'test/jest-e2e.json');
  const configurations: readonly (readonly [string, string | undefined])[] = [
    ['package.json', JSON.stringify(jest)],
    ...[...CONFIGURATIONS, endToEnd].map((path) => [path, readText(tree, path)] as const),
  ];
  const found = configurations.filter(([, text]) => text !== undefined);
  const lacking = found.filter(([, text]) => text?.includes('nestjs-batching') === false);
  if (found.length > 0 && lacking.length === 0) return undefined;
  const where = lacking.map(([path]) => path);
  return `Jest does not load ES modules from CommonJS by itself. For your tests run
  npm install --save-dev @swc/core @swc/jest
and add to Jest's configuration${where.length === 0 ? '' : ` (${where.join(', ')})`}, before the other transforms:
  "transform": { "/(nestjs-batching|@nestjs)/.+\\\\.js$": "@swc/jest", … },
  "transformIgnorePatterns": ["/node_modules/(?!nestjs-batching/|@nestjs/)"]`;
}
