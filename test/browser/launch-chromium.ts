import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** Unpacks the package's browser into `.local`, once for each version, with the libraries and the font that it needs and a bare machine lacks. */
const unpack = async (): Promise<LaunchOptions> => {
  const directory = join(root, '.local', `chromium-${installedVersion()}`);
  if (!existsSync(directory)) await unpackInto(directory);
  return {
    executablePath: join(directory, 'chromium'),
    env: { ...process.env, LD_LIBRARY_PATH: join(directory, 'al2023', 'lib'), FONTCONFIG_FILE: join(directory, 'fonts.conf') },
  };
};

const unpackInto = async (directory: string): Promise<void> => {
  const unfinished = `${directory}-${randomUUID()}`;
  mkdirSync(unfinished, { recursive: true });
  const before = { ...process.env };
  try {
    // The package unpacks into the temporary folder, and the libraries only where it believes that it runs in AWS Lambda.
    Object.assign(process.env, { TMPDIR: unfinished, AWS_LAMBDA_JS_RUNTIME: 'nodejs24.x' });
    const { default: packaged } = await import(packageName);
    await packaged.executablePath();
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
  writeFileSync(join(unfinished, 'fonts.conf'), fontsIn(directory));
  try {
    // By rename, so that nobody starts half a browser.
    renameSync(unfinished, directory);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    if (!existsSync(directory)) throw error; // otherwise another process was quicker with the same
  }
};

/** The package's own font first, so that pages look alike wherever the tests run; the machine's fonts for what it lacks. */
const fontsIn = (directory: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
${['system-ui', 'sans-serif'].map(preferOpenSans).join('\n')}
<dir>${join(directory, 'fonts')}</dir>
<cachedir>${join(directory, 'fonts-cache')}</cachedir>
</fontconfig>
`;

const preferOpenSans = (family: string): string =>
  `<match><test name="family"><string>${family}</string></test><edit name="family" mode="prepend_first" binding="strong"><string>Open Sans</string></edit></match>`;

const installedVersion = (): string => {
  const main = createRequire(import.meta.url).resolve(packageName);
  // The file that npm installed.
  const { version } = JSON.parse(readFileSync(join(dirname(main), '..', '..', 'package.json'), 'utf8')) as { version: string };
  return version;
};
