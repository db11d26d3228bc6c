/**
 * Run as a process of its own by `synthesize.ts`, so that the memory which the CDK takes is given back:
 * `node synthesize-app.ts <app module> <output folder> <context as JSON>`.
 */
import { pathToFileURL } from 'node:url';

const [appModule = '', outdir = '', context = '{}'] = process.argv.slice(2);
const { createApp } = await import(pathToFileURL(appModule).href);
// The local stack serves the pages from the folder into which it builds them meanwhile.
createApp({ context: JSON.parse(context), outdir, pages: false }).synth();
