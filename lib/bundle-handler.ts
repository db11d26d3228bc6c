import { join, relative } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { type BuildOptions, buildSync } from 'esbuild';
import { projectRoot } from './project-root.ts';

/**
 * The code of one handler as one ES module, `index.mjs`. NodejsFunction's own bundling starts npx for every function; calling esbuild takes
 * a quarter of that time, and the local stack waits for it. `aws:cdk:bundling-stacks: []` skips it, as it does for NodejsFunction.
 *
 * @throws esbuild's errors, which name file and line
 */
export function bundleHandler(entry: string): Code {
  return Code.fromAsset(projectRoot, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('none'), // required, and never run: local bundling either works or throws
      command: [relative(projectRoot, entry)], // not run either, but what bundles are told apart by: CDK reuses the output of equal options
      local: {
        tryBundle(outputFolder) {
          buildSync(bundleOptions(entry, outputFolder));
          return true;
        },
      },
    },
  });
}

/** How esbuild makes the module of one handler. */
export const bundleOptions = (entry: string, outputFolder: string): BuildOptions => ({
  entryPoints: [entry],
  outfile: join(outputFolder, 'index.mjs'),
  absWorkingDir: projectRoot,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  minify: true,
  sourcemap: true,
  sourcesContent: false, // positions are enough for a stack trace
  // Nothing is external: the version of the SDK that was tested runs, and a cold start reads one file.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" }, // for bundled CommonJS
  logLevel: 'warning',
});
