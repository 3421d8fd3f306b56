import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** The OpenAPI page at `/api`, the document itself at `/api-json`. */
export function setUpOpenApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('nestjs-batching: handwritten digits')
    .setDescription(
      'Concurrent requests ride in one batch to an ONNX model; each caller gets its own answer.',
    )
    .setVersion('0.1.0')
    .build();
  SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, description));
}
