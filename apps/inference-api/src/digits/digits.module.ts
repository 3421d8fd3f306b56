import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { OnnxModule } from 'nestjs-batching/onnx';
import { batchingConfiguration } from '../configuration/batching.configuration.js';
import { executionProviders } from '../configuration/execution-providers.configuration.js';
import { unlessBlank } from '../configuration/unless-blank.js';
import { PROJECT_ROOT } from '../project-root.js';
import { DigitsController } from './digits.controller.js';
import { StatisticsController } from './statistics.controller.js';

@Module({
  imports: [
    OnnxModule.register({
      name: 'digits',
      path:
        unlessBlank(process.env['DIGITS_MODEL']) ??
        fileURLToPath(new URL('apps/inference-api/model/digits.onnx', PROJECT_ROOT)),
      executionProviders: executionProviders(process.env['EXECUTION_PROVIDERS']),
      inputs: { image: { type: 'float32', shape: ['N', 1, 28, 28] } },
      outputs: { logits: { type: 'float32', shape: ['N', 10] } },
      // Beside the model's own options, so that a start that fails tells what is wrong with either.
      ...batchingConfiguration(process.env),
    }),
  ],
  controllers: [DigitsController, StatisticsController],
})
export class DigitsModule {}
