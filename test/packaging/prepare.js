// Packs the project into a temporary folder, and fetches the versions of Node that the package is tried with.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NODE_MAJORS = [20, 22, 24];

const run = promisify(execFile);

/** Of `npm run` only what is about the registry shall reach npm again: its prefix is this project. */
delete process.env.npm_config_local_prefix;

export default async function prepare() {
  const folder = await mkdtemp(join(tmpdir(), 'packaging-'));
  const [pack, nodes] = await Promise.all([packProject(folder), fetchNodes(join(folder, 'nodes'))]);
  process.env.PACKAGING = JSON.stringify({ folder, pack, nodes });
}

/** As a publisher would: `prepack` builds from scratch. */
async function packProject(folder) {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: PROJECT_ROOT,
    maxBuffer: 2 ** 24,
  });
  // What the build prints comes first.
  const [pack] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))));
  return {
    tarball: join(folder, pack.filename),
    integrity: pack.integrity,
    size: pack.size,
    unpackedSize: pack.unpackedSize,
    paths: pack.files.map(({ path }) => path),
  };
}

/** The executables by major version; the one that runs this stands for its own. */
async function fetchNodes(folder) {
  const own = Number(process.versions.node.split('.')[0]);
  const others = NODE_MAJORS.filter((major) => major !== own);
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{}');
  const aliases = others.map((major) => `node-${major}@npm:${nodePackage()}@${major}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', folder, ...aliases], { cwd: folder });
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = (major) => join(folder, 'node_modules', `node-${major}`, 'bin', executable);
  return NODE_MAJORS.map((major) => ({ major, path: major === own ? process.execPath : path(major) }));
}

/** What the install script of the package `node` would fetch; so no script needs to be allowed. */
function nodePackage() {
  const { platform, arch } = process;
  const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
  return [prefix, platform === 'win32' ? 'win' : platform, arch].join('-');
}
