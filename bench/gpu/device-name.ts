import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * What the machine computes on, for the results: the GPU as NVIDIA's tool names it, or the Vulkan driver that was
 * chosen. ONNX Runtime does not tell which adapter it took.
 */
export async function nameDevice(): Promise<string> {
  try {
    const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query);
    const names = stdout.trim().split('\n');
    if (names[0] !== undefined && names[0] !== '') return names.map(describeGpu).join('; ');
  } catch {
    // No NVIDIA GPU, or no tool to ask.
  }
  const driver = process.env['VK_DRIVER_FILES'] ?? process.env['VK_ICD_FILENAMES'];
  if (driver?.includes('swiftshader') === true) return 'SwiftShader, in software';
  return driver === undefined ? 'unknown' : `Vulkan driver ${driver}`;
}

function describeGpu(line: string): string {
  const [name = '', driverVersion = ''] = line.split(',').map((part) => part.trim());
  return `${name} (driver ${driverVersion})`;
}
