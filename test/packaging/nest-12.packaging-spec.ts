import { describeNestApp } from './describe-nest-app.js';

describeNestApp({ nest: 12, type: 'module' });
