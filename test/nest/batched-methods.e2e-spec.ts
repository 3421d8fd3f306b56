import { jest } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  SetMetadata,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ExternalContextCreator, Reflector } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  Batched,
  BatchingModule,
  BatchProcessor,
  DynamicBatcher,
  getBatcherToken,
  InjectBatcher,
} from 'nestjs-batching';
import { map, type Observable } from 'rxjs';
import { HttpApps } from './http-apps.js';

@BatchProcessor('echo')
class EchoProcessor {
  processBatch(texts: readonly string[]): string[] {
    return texts.map((text) => `${text}!`);
  }
}

const echo = { imports: [BatchingModule.forRoot()], providers: [EchoProcessor] };

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('a @Batched method that other code calls', () => {
  it('is wrapped whatever else the app has noted on it', async () => {
    @Injectable()
    class Annotated {
      @SetMetadata('pathPolicy', 'strict')
      @SetMetadata('websockets:message_mapping_of_mine', true)
      @Batched('echo')
      async say(text: string): Promise<string> {
        return Promise.resolve(text);
      }
    }
    const { app } = await apps.start({ ...echo, providers: [EchoProcessor, Annotated] });

    expect(await app.get(Annotated).say('hello')).toBe('hello!');
  });

  it('is found by packages that look for their own decorators on the instance', async () => {
    const OnEvent = Reflector.createDecorator<string>();

    @Injectable()
    class Listener {
      @OnEvent('said')
      @Batched('echo')
      say(this: void, ...[text]: unknown[]): unknown {
        return text;
      }
    }
    const { app } = await apps.start({ ...echo, providers: [EchoProcessor, Listener] });
    const { say } = app.get(Listener);

    expect(app.get(Reflector).get(OnEvent, say)).toBe('said');
  });

  it('is batched once, and has its other interceptors, for a package that calls it through them', async () => {
    @Injectable()
    class Loud implements NestInterceptor<string, string> {
      intercept(_: ExecutionContext, next: CallHandler<string>): Observable<string> {
        return next.handle().pipe(map((text) => text.toUpperCase()));
      }
    }

    @Injectable()
    class Consumer {
      @Batched('echo')
      @UseInterceptors(Loud)
      say(this: void, ...[text]: unknown[]): unknown {
        return text;
      }
    }
    const { app } = await apps.start({ ...echo, providers: [EchoProcessor, Consumer] });
    const consumer = app.get(Consumer);
    const { say } = consumer;
    const handler = app.get(ExternalContextCreator).create(consumer, say, 'say');

    expect(await handler('hello')).toBe('HELLO!');
  });

  it('stops the start where its instance cannot be changed', async () => {
    @Injectable()
    class Frozen {
      constructor() {
        Object.freeze(this);
      }

      @Batched('echo')
      say(): string {
        return 'hello';
      }
    }
    const error = await apps.failureOf({ ...echo, providers: [EchoProcessor, Frozen] });

    expect(error.message).toBe(
      'Invalid configuration of batching:\n' +
        '  - Frozen.say (TestedModule): it is frozen, so that its methods cannot be batched when they are called ' +
        'from code; use @InjectBatcher() there',
    );
  });
});

describe('@Batched below a decorator that replaces the method', () => {
  /** As written in many an app: what other decorators have noted on the method is not on the new one. */
  const Logged: MethodDecorator = (_target, _name, descriptor) => {
    const { value } = descriptor;
    if (typeof value !== 'function') return;
    const logged = function (this: unknown, ...args: unknown[]): unknown {
      return value.apply(this, args) as unknown;
    };
    descriptor.value = logged as typeof value;
  };

  class Base {
    @Get('base')
    @Logged
    @Batched('echo')
    say(): string {
      return 'hello';
    }
  }

  it('stops the start, also where the method is inherited', async () => {
    @Controller()
    class Inheriting extends Base {}
    const error = await apps.failureOf({ ...echo, controllers: [Inheriting] });

    expect(error.message).toContain(
      'Inheriting.say (TestedModule): a decorator above @Batched() has replaced the method and kept nothing of what is ' +
        'noted on it; put @Batched() above that one',
    );
  });

  it('is no matter where the method is overridden', async () => {
    @Controller()
    class Overriding extends Base {
      @Get('own')
      override say(): string {
        return 'hello from here';
      }
    }
    const { url } = await apps.start({ ...echo, controllers: [Overriding] });

    expect(await (await fetch(`${url}/own`)).text()).toBe('hello from here');
  });

  it('is no matter where a test has put a mock in its place', async () => {
    @Injectable()
    class Mocked {
      @Batched('echo')
      say(): string {
        return 'hello';
      }
    }
    jest.spyOn(Mocked.prototype, 'say').mockReturnValue('mocked');
    const { app } = await apps.start({ ...echo, providers: [EchoProcessor, Mocked] });

    expect(app.get(Mocked).say()).toBe('mocked');
  });

  it('is batched where @Batched stands above that decorator', async () => {
    @Controller()
    class Above {
      @Get('above')
      @Batched('echo')
      @Logged
      say(): string {
        return 'hello';
      }
    }
    const { url } = await apps.start({ ...echo, controllers: [Above] });

    expect(await (await fetch(`${url}/above`)).text()).toBe('hello!');
  });
});

describe('@Batched on the method that runs the batches', () => {
  class Waiting {
    @Batched('waiting')
    processBatch(texts: readonly string[]): readonly string[] {
      return texts;
    }
  }

  it('stops the start of a @BatchProcessor, which would wait for itself', async () => {
    class Declared extends Waiting {}
    BatchProcessor('waiting')(Declared);
    const error = await apps.failureOf({ ...echo, providers: [Declared] });

    expect(error.message).toContain('Declared.processBatch (TestedModule): it runs the batches');
  });

  it('stops the start of a registered class as well', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.registerBatcher({ name: 'waiting', processor: Waiting })],
    });

    expect(error.message).toContain('Waiting.processBatch (BatchingModule): it runs the batches');
  });

  it('is no matter in a class that is no processor', async () => {
    @Injectable()
    class Other {
      @Batched('echo')
      processBatch(text: string): unknown {
        return text;
      }
    }
    const { app } = await apps.start({ ...echo, providers: [EchoProcessor, Other] });

    expect(await app.get(Other).processBatch('a')).toBe('a!');
  });
});

describe('a test that puts something else in the place of a batcher', () => {
  const mock = { process: () => Promise.resolve('mocked') };

  @Controller()
  class EchoController {
    @Get('echo')
    @Batched('echo')
    echo(): string {
      return 'hello';
    }
  }

  @Injectable()
  class Asking {
    constructor(@InjectBatcher('echo') private readonly batcher: DynamicBatcher<string, string>) {}

    ask(): Promise<string> {
      return this.batcher.process('hello');
    }
  }

  const registered = {
    imports: [
      BatchingModule.registerBatcher({ name: 'echo', processor: (texts: readonly string[]) => texts }),
    ],
  };

  it.each([
    ['of a @BatchProcessor', echo],
    ['of a registered batcher', registered],
  ])('is told at the start what a @Batched() method needs: in the place %s', async (_, metadata) => {
    const module = await Test.createTestingModule({ ...metadata, controllers: [EchoController] })
      .overrideProvider(getBatcherToken('echo'))
      .useValue(mock)
      .compile();

    await expect(module.init()).rejects.toThrow(
      'EchoController.echo (RootTestModule): something that is no DynamicBatcher stands in the place of the batcher ' +
        '"echo"; in a test, replace what runs its batches, by BatchingTestingModule.forRoot({ processors: ' +
        "{ 'echo': fake } }), or the batcher by a new DynamicBatcher({}, fake)",
    );
  });

  it('may do so where only @InjectBatcher() asks for it', async () => {
    const module = await Test.createTestingModule({ ...echo, providers: [EchoProcessor, Asking] })
      .overrideProvider(getBatcherToken('echo'))
      .useValue(mock)
      .compile();
    await module.init();

    expect(await module.get(Asking).ask()).toBe('mocked');
    await module.close();
  });
});
