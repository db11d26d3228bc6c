import { dirname } from 'node:path';

/** The folder of `package.json`, so that synthesis does not depend on the current folder. */
export const projectRoot = dirname(import.meta.dirname);
