import { isEsModuleApp, readPackage, type AppTree } from './app-tree.js';

/** What the tests of a CommonJS app need; its author decides, since it takes a package more. */
export const JEST_ADVICE = `Jest does not load ES modules from CommonJS by itself. For your tests run
  npm install --save-dev @swc/core @swc/jest
and add to Jest's configuration, before the other transforms:
  "transform": { "/nestjs-batching/.+\\\\.js$": "@swc/jest", … },
  "transformIgnorePatterns": ["/node_modules/(?!nestjs-batching/)"]`;

export function needsJestAdvice(tree: AppTree): boolean {
  return !isEsModuleApp(tree) && readPackage(tree).devDependencies?.['jest'] !== undefined;
}
