/**
 * A process whose model is loaded and closed with ONNX Runtime's log on stderr: what the runtime was really told to do
 * stands there and nowhere else.
 *
 * Usage: node log-a-start.js <path of a model> <session options as JSON>
 */
import { OnnxModel } from 'nestjs-batching/onnx';

const [, , path, options] = process.argv;
const model = await OnnxModel.load('logged', { path, session: { ...JSON.parse(options), logLevel: 'info' } });
await model.close();
