/** The project's root folder, from where this file is once compiled: `dist/apps/inference-api/src`. */
export const PROJECT_ROOT = new URL('../../../../', import.meta.url);
