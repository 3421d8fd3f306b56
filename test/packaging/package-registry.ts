import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { PROJECT_ROOT } from '../architecture/source-files.js';
import { pack } from './prepared.js';
import { runProgram } from './run-program.js';

/** A registry in which the packed project is published. */
export interface PackageRegistry {
  readonly url: string;
  close(): void;
}

/**
 * Starts a registry on the loopback interface. It has one package, this one, and sends whoever asks for another to
 * the registry that npm is set to, which must be one without a login. So `npm install nestjs-batching` installs what
 * was packed.
 */
export async function startRegistry(): Promise<PackageRegistry> {
  const { output } = await runProgram('npm', ['config', 'get', 'registry', '--loglevel=silent'], {
    cwd: PROJECT_ROOT,
  });
  const upstream = output.trim().replace(/\/$/, '');
  const description = JSON.parse(await readFile(join(PROJECT_ROOT, 'package.json'), 'utf8')) as Description;
  const tarball = await readFile(pack.tarball);
  const { name, version } = description;
  const server = createServer((request, response) => {
    const tarballPath = `/${name}/-/${name}-${version}.tgz`;
    if (request.url === tarballPath) {
      response.end(tarball);
    } else if (request.url === `/${name}`) {
      const dist = { tarball: `${url}${tarballPath}`, integrity: pack.integrity };
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          name,
          'dist-tags': { latest: version },
          versions: { [version]: { ...description, dist } },
        }),
      );
    } else {
      response.writeHead(307, { location: `${upstream}${request.url}` }).end();
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Description {
  readonly name: string;
  readonly version: string;
}
