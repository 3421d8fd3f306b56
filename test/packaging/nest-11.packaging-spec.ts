import { describeNestApp } from './describe-nest-app.js';

describeNestApp({ nest: 11, type: 'commonjs' });
