import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

const LOOK_AGAIN_MS = 20;

/**
 * Ends connections over which nothing has ever come; browsers open some ahead of need. Node's closing server
 * ends those whose requests are answered, but would wait for these for as long as the client keeps them.
 */
@Injectable()
export class UnusedConnections implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly connections = new Set<Socket>();

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    this.server.on('connection', (connection) => {
      this.connections.add(connection);
      connection.once('close', () => this.connections.delete(connection));
    });
  }

  /** The server closes when this hook is through, and tells nobody that it has begun to. */
  beforeApplicationShutdown(): void {
    const looking = setInterval(() => {
      if (!this.server.listening) this.endUnused();
    }, LOOK_AGAIN_MS);
    this.server.once('close', () => clearInterval(looking));
  }

  private get server(): Server {
    return this.adapterHost.httpAdapter.getHttpServer() as Server;
  }

  private endUnused(): void {
    for (const connection of this.connections) {
      if (connection.bytesRead === 0) connection.destroy();
    }
  }
}
