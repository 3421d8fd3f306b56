import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Logger, LogLevel, ReflectionKind, TSConfigReader, TypeDocReader } from 'typedoc';
import { PROJECT_ROOT } from '../architecture/source-files.js';

/** Keeps what TypeDoc has to complain about, in place of the console. */
class Complaints extends Logger {
  readonly messages: string[] = [];

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.messages.push(message);
  }
}

async function readReference() {
  const options = join(PROJECT_ROOT, 'typedoc.config.js');
  const application = await Application.bootstrap({ options }, [new TypeDocReader(), new TSConfigReader()]);
  const complaints = new Complaints();
  application.logger = complaints;
  const project = await application.convert();
  if (project === undefined)
    throw new Error(`The sources do not compile:\n${complaints.messages.join('\n')}`);
  const ofSources = complaints.messages.splice(0);
  /** What it says of the public things as they are now. */
  const validate = (): string[] => {
    application.validate(project);
    return complaints.messages.splice(0);
  };
  return { project, ofSources, validate };
}

describe('the API reference', () => {
  let reference: Awaited<ReturnType<typeof readReference>>;

  beforeAll(async () => {
    reference = await readReference();
  });

  it('has a module for each path that can be imported', () => {
    const { exports } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const paths = Object.keys(exports).filter((path) => path !== './package.json');
    const modules = reference.project.children?.map(({ name }) => name) ?? [];
    expect([...modules].sort()).toEqual(paths.map((path) => path.replace('.', 'nestjs-batching')).sort());
  });

  it('has a comment on all that is public, no dead link, and no type that cannot be imported', () => {
    expect([...reference.ofSources, ...reference.validate()]).toEqual([]);
  });

  it.each([
    ['a module', 'nestjs-batching/health (Module)'],
    ['a class', 'nestjs-batching/core.DynamicBatcher (Class)'],
    ['a constructor', 'nestjs-batching/core.DynamicBatcher.constructor (ConstructorSignature)'],
    ['a method', 'nestjs-batching/core.DynamicBatcher.process (CallSignature)'],
    ['an accessor', 'nestjs-batching/core.DynamicBatcher.state (GetSignature)'],
    ['an option', 'nestjs-batching/core.BatchingConfig.maxBatchSize (Property)'],
    ['a function', 'nestjs-batching.getBatcherToken (CallSignature)'],
    ['a constant', 'nestjs-batching/onnx.TENSOR_TYPES (Variable)'],
    ['a type', 'nestjs-batching/core.TimeoutStrategy (TypeAlias)'],
  ])('is not built if %s lacks its comment', (_, subject) => {
    const reflection = Object.values(reference.project.reflections).find(
      (one) => `${one.getFriendlyFullName()} (${ReflectionKind[one.kind]})` === subject,
    );
    const comment = reflection?.comment;
    if (reflection === undefined || comment === undefined) throw new Error(`${subject} is not there.`);
    try {
      delete reflection.comment;
      expect(reference.validate()).toContainEqual(expect.stringContaining(`${subject}, defined in`));
    } finally {
      reflection.comment = comment;
    }
  });
});
