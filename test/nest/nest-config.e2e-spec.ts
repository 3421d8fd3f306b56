import { ConfigModule, ConfigService, registerAs } from '@nestjs/config';
import { BatchingModule, InvalidConfigError, type BatchingModuleOptions } from 'nestjs-batching';
import { HttpApps } from './http-apps.js';

const echo = (texts: readonly string[]): readonly string[] => texts;

/** What a library such as Zod or Valibot makes; this one is by hand. See https://standardschema.dev */
type StandardSchema = NonNullable<
  NonNullable<Parameters<typeof ConfigModule.forRoot>[0]>['validationSchema']
>;

/** Wants whole numbers in the variables, and gives them as numbers. */
const wholeNumbers = (...names: readonly string[]): StandardSchema => ({
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: (environment) => {
      const value = Object.fromEntries(
        names.map((name) => [name, Number((environment as NodeJS.ProcessEnv)[name])]),
      );
      const wrong = names.filter((name) => !Number.isInteger(value[name]));
      if (wrong.length === 0) return { value };
      return { issues: wrong.map((name) => ({ path: [name], message: 'expected a whole number' })) };
    },
  },
});

const before = { ...process.env };
const apps = new HttpApps();
afterEach(async () => {
  await apps.closeAll();
  process.env = { ...before };
});

describe('BatchingModule.forRootAsync with @nestjs/config', () => {
  const fromEnvironment = (): ReturnType<typeof BatchingModule.forRootAsync> =>
    BatchingModule.forRootAsync({
      imports: [ConfigModule],
      inject: [ConfigService],
      useFactory: (environment: ConfigService): BatchingModuleOptions => ({
        processor: echo,
        maxBatchSize: environment.get<number>('MAX_BATCH_SIZE'),
        maxWaitTimeMs: environment.get<number>('MAX_WAIT_TIME_MS'),
        maxQueueSize: environment.get<number>('MAX_QUEUE_SIZE'),
        timeoutStrategy: environment.get<'adaptive'>('TIMEOUT_STRATEGY'),
      }),
    });

  it('takes the strings of the environment for what they say, and the default for what is not there', async () => {
    Object.assign(process.env, {
      MAX_BATCH_SIZE: '32',
      MAX_WAIT_TIME_MS: ' 2.5 ',
      TIMEOUT_STRATEGY: 'wait-for-full',
    });
    const { batcher } = await apps.start({
      imports: [ConfigModule.forRoot({ ignoreEnvFile: true }), fromEnvironment()],
    });

    expect(batcher().config).toMatchObject({
      maxBatchSize: 32,
      maxWaitTimeMs: 2.5,
      maxQueueSize: 1024,
      timeoutStrategy: 'wait-for-full',
    });
    expect(await batcher().process('hi')).toBe('hi');
  });

  it('stops the start with every fault of the environment in one message', async () => {
    Object.assign(process.env, {
      MAX_BATCH_SIZE: 'many',
      MAX_WAIT_TIME_MS: '-1',
      MAX_QUEUE_SIZE: '',
      TIMEOUT_STRATEGY: 'sometimes',
    });
    const error = await apps.failureOf({
      imports: [ConfigModule.forRoot({ ignoreEnvFile: true }), fromEnvironment()],
    });

    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error.message.split('\n').sort()).toEqual([
      '  - maxBatchSize: received "many", expected an integer from 1 to 65536',
      '  - maxQueueSize: received "", expected an integer from 1 to 16777216',
      '  - maxWaitTimeMs: received -1, expected a number from 0 to 60000 (milliseconds)',
      '  - timeoutStrategy: received "sometimes", expected one of "dispatch-partial", "wait-for-full", "adaptive"',
      'Invalid configuration of BatchingModule.forRoot():',
    ]);
  });
});

describe('a configuration that a Standard Schema has checked', () => {
  const validationSchema = wholeNumbers('MAX_BATCH_SIZE', 'MAX_QUEUE_SIZE');

  it('comes out of ConfigService as the schema has made it', async () => {
    Object.assign(process.env, { MAX_BATCH_SIZE: '8', MAX_QUEUE_SIZE: '16' });
    const { batcher } = await apps.start({
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true, validationSchema }),
        BatchingModule.forRootAsync({
          imports: [ConfigModule],
          inject: [ConfigService],
          useFactory: (environment: ConfigService): BatchingModuleOptions => ({
            processor: echo,
            maxBatchSize: environment.getOrThrow<number>('MAX_BATCH_SIZE'),
            maxQueueSize: environment.getOrThrow<number>('MAX_QUEUE_SIZE'),
          }),
        }),
      ],
    });

    expect(batcher().config).toMatchObject({ maxBatchSize: 8, maxQueueSize: 16 });
  });

  it('is taken as a whole: by `asProvider()` of a part of the configuration', async () => {
    const batching = registerAs('batching', async (): Promise<BatchingModuleOptions> => {
      const schema = wholeNumbers('maxBatchSize', 'maxQueueSize');
      const result = await schema['~standard'].validate({ maxBatchSize: '8', maxQueueSize: '16' });
      if (result.issues !== undefined) throw new Error(JSON.stringify(result.issues));
      return { ...(result.value as BatchingModuleOptions), processor: echo };
    });
    const { batcher } = await apps.start({
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true }),
        BatchingModule.forRootAsync(batching.asProvider()),
      ],
    });

    expect(batcher().config).toMatchObject({ maxBatchSize: 8, maxQueueSize: 16 });
  });
});
