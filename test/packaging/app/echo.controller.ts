import { BadRequestException, Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Batched } from 'nestjs-batching';

@Controller()
export class EchoController {
  @Post('echo')
  @HttpCode(200)
  @Batched('echo')
  echo(@Body('text') text: unknown): string {
    return textOf(text);
  }

  @Post('reverse')
  @HttpCode(200)
  @Batched('reverse', { toBody: (text: string) => ({ text }) })
  reverse(@Body('text') text: unknown): string {
    return textOf(text);
  }
}

function textOf(text: unknown): string {
  if (typeof text !== 'string') throw new BadRequestException('text must be a string');
  return text;
}
